package io.fastweights.kernels.train;

import io.fastweights.kernels.golden.GoldenFiles;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.Safetensors;
import io.fastweights.kernels.model.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of the recurrence against those PyTorch's automatic differentiation gives. */
class RecurrenceGoldenTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {"small_delta", "small_sum", "wide_delta", "wide_sum", "long_delta", "long_sum"})
  void givesTheGradientsOfPyTorch(String name) throws IOException {
    try (Safetensors file = GoldenFiles.tensors("delta_rule_" + name)) {
      Tensor keys = file.floats("k");
      int count = keys.shape()[0] * keys.shape()[1];
      int length = keys.shape()[2];
      int rows = keys.shape()[3];
      int columns = file.floats("v").shape()[3];
      UpdateRule rule = UpdateRule.valueOf(file.metadata().get("rule").toUpperCase(Locale.ROOT));
      float[] gradK = new float[count * length * rows];
      float[] gradQ = new float[gradK.length];
      float[] gradV = new float[count * length * columns];
      float[] gradBeta = new float[count * length];
      float[] gradW0 = new float[count * rows * columns];
      Recurrence recurrence = new Recurrence(rule, rows, columns);
      for (int n = 0; n < count; n++) {
        HeadSequence s = HeadSequence.of(length, rows, columns);
        s.phiK = part(file, "k", n, length * rows);
        s.phiQ = part(file, "q", n, length * rows);
        s.v = part(file, "v", n, length * columns);
        s.beta = part(file, "beta", n, length);
        float[] w = part(file, "w0", n, rows * columns);
        HeadSequence g = HeadSequence.of(length, rows, columns);
        g.out = part(file, "grad_out", n, length * columns);
        float[] gradW = part(file, "grad_w", n, rows * columns);

        recurrence.forward(s, length, null, w);
        recurrence.backward(s, g, length, null, w, gradW);

        System.arraycopy(g.phiK, 0, gradK, n * length * rows, length * rows);
        System.arraycopy(g.phiQ, 0, gradQ, n * length * rows, length * rows);
        System.arraycopy(g.v, 0, gradV, n * length * columns, length * columns);
        System.arraycopy(g.beta, 0, gradBeta, n * length, length);
        System.arraycopy(gradW, 0, gradW0, n * rows * columns, rows * columns);
      }
      check(file, "grad_q", gradQ);
      check(file, "grad_k", gradK);
      check(file, "grad_v", gradV);
      check(file, "grad_beta", gradBeta);
      check(file, "grad_w0", gradW0);
    }
  }

  private static float[] part(Safetensors file, String name, int n, int size) throws IOException {
    return Arrays.copyOfRange(file.floats(name).data(), n * size, (n + 1) * size);
  }

  private static void check(Safetensors file, String name, float[] actual) throws IOException {
    Gradients.assertClose(
        file.name() + " " + name, Gradients.doubles(file.floats(name).data()), actual, TOLERANCE);
  }
}
