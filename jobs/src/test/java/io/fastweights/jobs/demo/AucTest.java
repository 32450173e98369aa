package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AucTest {
  @Test
  void agreesWithComparingAllPairs() {
    Random random = new Random(2);
    for (int run = 0; run < 500; run++) {
      int size = 2 + random.nextInt(60);
      int values = 1 + random.nextInt(20);
      float[] scores = new float[size + 3];
      boolean[] positive = new boolean[size + 3];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (random.nextInt(values) - values / 2) / 7f * (random.nextBoolean() ? 1 : -1);
        positive[i] = random.nextBoolean();
      }
      assertThat(Auc.of(scores, positive, size))
          .as("run %d", run)
          .isEqualTo(allPairs(scores, positive, size), within(1e-12));
    }
  }

  @Test
  void isUndefinedWhereAllLabelsAreTheSame() {
    assertThat(Auc.of(new float[] {1, 2}, new boolean[] {true, true}, 2)).isNaN();
    assertThat(Auc.of(new float[0], new boolean[0], 0)).isNaN();
  }

  private static double allPairs(float[] scores, boolean[] positive, int size) {
    double wins = 0;
    long pairs = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        if (positive[i] && !positive[j]) {
          pairs++;
          wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return pairs == 0 ? Double.NaN : wins / pairs;
  }
}
