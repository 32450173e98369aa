package io.fastweights.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.scoring.RankedItems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyItemsTest {

  @Test
  void theLastItemsComeFirstWithTheirCounts() {
    SplittableRandom random = new SplittableRandom(2);
    List<Long> recent = new ArrayList<>();
    Map<Long, Long> counts = new HashMap<>();
    long[] items = null;
    for (int i = 0; i < 3000; i++) {
      long item = random.nextInt(i < 1000 ? 9 : 600);
      if (recent.remove((Object) item)) {
        counts.merge(item, 1L, Long::sum);
      } else {
        counts.put(item, 1L);
      }
      recent.add(0, item);
      if (recent.size() > KeyItems.MOST) {
        recent.remove(KeyItems.MOST);
      }
      items = KeyItems.with(items, item);
      if (i % 50 == 0) {
        assertThat(KeyItems.hashes(items)).as("event %d", i).containsExactly(array(recent));
      }
    }
    assertThat(recent).hasSize(KeyItems.MOST);
    assertThat(KeyItems.hashes(items)).containsExactly(array(recent));
    for (int i = 0; i < recent.size(); i++) {
      assertThat(items[2 * i + 1]).as("place %d", i).isEqualTo(counts.get(recent.get(i)));
    }
  }

  private static long[] array(List<Long> items) {
    return items.stream().mapToLong(Long::longValue).toArray();
  }

  /** The first by their hashes are enough, whatever a key took. */
  @Test
  void aCatalogueRanksAsAllItsItemsWould() {
    SplittableRandom random = new SplittableRandom(3);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      ids.add("film " + i);
    }
    ItemCatalogue all = new ItemCatalogue(ids, ids.size());
    ItemCatalogue first = new ItemCatalogue(ids, 10 + KeyItems.MOST);
    ItemGuesses guesses = new ItemGuesses(10);
    long[] items = null;
    for (int i = 0; i < 200; i++) {
      long item = Items.hash("film " + random.nextInt(random.nextInt(1, 400)));
      items = KeyItems.with(items, item);
      for (Map<Long, Float> scores : List.of(KeyItems.recency(items), KeyItems.counts(items))) {
        float[] ofAll = new float[guesses.width()];
        float[] ofFirst = new float[guesses.width()];
        guesses.rank(all.with(new long[0]), scores, ofAll, 0);
        guesses.rank(first.with(KeyItems.hashes(items)), scores, ofFirst, 0);
        assertThat(ofFirst).as("event %d", i).isEqualTo(ofAll);
      }
      if (all.contains(item)) {
        float[] last = new float[guesses.width()];
        guesses.rank(all.with(new long[0]), KeyItems.recency(items), last, 0);
        assertThat(RankedItems.rank(last, 0, item)).isEqualTo(1);
      }
    }
  }
}
