package io.fastweights.jobs.experiment.flights;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.train.measures.RocCurve;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SmallNetworkTest {

  @Test
  void aHiddenLayerLearnsWhatARegressionCannot() {
    SplittableRandom random = new SplittableRandom(1);
    float[][] rows = new float[4000][2];
    boolean[] same = new boolean[rows.length];
    boolean[] first = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = random.nextBoolean() ? 1 : -1;
      rows[i][1] = random.nextBoolean() ? 1 : -1;
      same[i] = rows[i][0] == rows[i][1];
      first[i] = rows[i][0] > 0;
    }
    assertThat(auc(0, rows, first)).isGreaterThan(0.99);
    assertThat(auc(0, rows, same)).isBetween(0.4, 0.6);
    assertThat(auc(8, rows, same)).isGreaterThan(0.99);
  }

  private static double auc(int hidden, float[][] rows, boolean[] labels) {
    SmallNetwork network = new SmallNetwork(2, hidden, 1);
    network.train(rows, labels, 20, 0.03);
    return RocCurve.area(network.score(rows), labels, rows.length);
  }
}
