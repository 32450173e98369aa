package io.fastweights.kernels.train.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.train.TrainingCases;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first queries and keys of a model over events. */
class InitialWeightsTest {
  private static final int HEADS = 4;
  private static final int DIM_HEAD = 3;

  @ParameterizedTest
  @ValueSource(ints = {12, 13})
  void halfOfTheHeadsFindTheEventsAfterThoseWithTheFieldsOfNow(int dim) {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(dim)
            .depth(2)
            .heads(HEADS)
            .dimHead(DIM_HEAD)
            .outputs(1)
            .build();
    ParameterLayout layout = new ParameterLayout(config, TrainingCases.SCHEMA);
    float[] values = InitialWeights.of(layout, 1);
    Slice now = layout.slice("embedding.symbol.weight");
    Slice before = layout.slice("embedding.lag.symbol.weight");
    for (int layer = 0; layer < 2; layer++) {
      int queries = layout.slice("layers." + layer + ".0.fn.to_qkv.weight").at();
      int keys = queries + HEADS * DIM_HEAD * dim;
      for (int unit = 0; unit < HEADS / 2 * DIM_HEAD; unit++) {
        for (int row = 0; row < now.rows(); row++) {
          assertThat(turnedProduct(values, queries + unit * dim, now.at() + row * dim, dim))
              .as("layer %d, unit %d, symbol %d", layer, unit, row)
              .isEqualTo(product(values, keys + unit * dim, before.at() + row * dim, dim));
        }
      }
      int rest = HEADS / 2 * DIM_HEAD * dim;
      assertThat(Arrays.copyOfRange(values, queries + rest, keys))
          .as("the other heads find the events with the same fields")
          .isEqualTo(Arrays.copyOfRange(values, keys + rest, keys + HEADS * DIM_HEAD * dim));
    }
  }

  private static double product(float[] values, int a, int b, int dim) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      sum += (double) values[a + i] * values[b + i];
    }
    return sum;
  }

  /** The same sum, begun where a turned vector has its first float. */
  private static double turnedProduct(float[] values, int a, int b, int dim) {
    double sum = 0;
    for (int i = 0; i < dim; i++) {
      int from = (i + dim - dim / 2) % dim;
      sum += (double) values[a + from] * values[b + from];
    }
    return sum;
  }
}
