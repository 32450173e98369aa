package io.fastweights.kernels.train.network;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of the recurrence against those PyTorch's automatic differentiation gives. */
class RecurrenceGoldenTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"small_delta", "small_sum", "wide_delta", "wide_sum", "long_delta", "long_sum"})
  void givesTheGradientsOfPyTorch(String name) throws IOException {
    GoldenRecurrences.check(
        name,
        golden -> {
          Recurrence recurrence = new Recurrence(golden.rule, golden.rows, golden.columns);
          for (int n = 0; n < golden.sequences.size(); n++) {
            HeadSequence s = golden.sequences.get(n);
            float[] w = golden.memories.get(n);
            recurrence.forward(s, golden.length, null, w);
            recurrence.backward(
                s, golden.gradients.get(n), golden.length, null, w, golden.gradMemories.get(n));
          }
        });
  }
}
