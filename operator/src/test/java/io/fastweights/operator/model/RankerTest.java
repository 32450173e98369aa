package io.fastweights.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankerTest {
  private static final int SIZE = 32;

  private static Candidates candidates(List<String> ids) {
    return Candidates.of("the list", ids, 1000);
  }

  private static double dot(float[] readOut, String id) {
    float[] embedding = new float[SIZE];
    Items.embed(Items.hash(id), SIZE, embedding);
    double dot = 0;
    for (int i = 0; i < SIZE; i++) {
      dot += (double) readOut[i] * embedding[i];
    }
    return dot;
  }

  @Test
  void theItemsOfTheHighestDotProductsStandFirst() {
    Random random = new Random(Seeds.seed(5));
    for (int run = 0; run < 50; run++) {
      int most = 1 + random.nextInt(12);
      List<String> ids = new ArrayList<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        ids.add("item " + i);
      }
      Collections.shuffle(ids, random);
      float[] readOut = new float[SIZE];
      for (int i = 0; i < SIZE; i++) {
        readOut[i] = (float) random.nextGaussian();
      }
      List<String> sorted = new ArrayList<>(ids);
      sorted.sort(Comparator.comparingDouble(id -> -dot(readOut, id)));
      Ranking ranking = new Ranker(SIZE, most, null).rank(readOut, candidates(ids), ids.get(0));
      assertThat(ranking.items())
          .as("run %d", run)
          .containsExactlyElementsOf(sorted.subList(0, Math.min(most, sorted.size())));
      int place = sorted.indexOf(ids.get(0));
      assertThat(ranking.rank()).isEqualTo(place < most ? place + 1 : Ranking.ABSENT);
    }
  }

  /** A key that has learned nothing reads out zeros: all items tie. */
  @Test
  void tiesDependNeitherOnTheOrderNorOnRepetition() {
    List<String> ids = new ArrayList<>(List.of("1", "2", "3", "4", "5", "6", "7", "8"));
    Ranker ranker = new Ranker(SIZE, 5, null);
    String[] first = ranker.rank(new float[SIZE], candidates(ids), null).items();
    assertThat(first).isNotEqualTo(new String[] {"1", "2", "3", "4", "5"}).hasSize(5);
    Collections.reverse(ids);
    ids.addAll(List.of("3", "3", "5"));
    assertThat(ranker.rank(new float[SIZE], candidates(ids), null).items()).isEqualTo(first);
    List<String> few = new ArrayList<>(Arrays.asList("7", "7", "7", "2"));
    assertThat(ranker.rank(new float[SIZE], candidates(few), null).items())
        .containsExactlyInAnyOrder("7", "2");
  }

  @Test
  void anEventsOwnCandidatesComeBeforeTheCatalogue() {
    Ranker ranker = new Ranker(SIZE, 10, candidates(List.of("a", "b", "c")));
    float[] readOut = new float[SIZE];
    Items.embed(Items.hash("b"), SIZE, readOut);
    assertThat(ranker.rank(readOut, null, "b").rank()).isEqualTo(1);
    assertThat(ranker.rank(readOut, null, null).rank()).isEqualTo(Ranking.NONE);
    Ranking own = ranker.rank(readOut, candidates(List.of("c", "d")), "b");
    assertThat(own.items()).containsExactlyInAnyOrder("c", "d");
    assertThat(own.rank()).isEqualTo(Ranking.ABSENT);
    Ranking none = new Ranker(SIZE, 10, null).rank(readOut, null, "b");
    assertThat(none.items()).isEmpty();
    assertThat(none.rank()).isEqualTo(Ranking.NONE);
  }
}
