package io.fastweights.kernels.golden;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recurrence over sequences of features that are projected already. */
class DeltaRuleGoldenTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"small_delta", "small_sum", "wide_delta", "wide_sum", "long_delta", "long_sum"})
  void readsAndRewritesTheMemoryAsPyTorchDoes(String name) throws IOException {
    try (Safetensors file = GoldenFiles.tensors("delta_rule_" + name)) {
      UpdateRule rule = UpdateRule.valueOf(file.metadata().get("rule").toUpperCase(Locale.ROOT));
      Recurrence recurrence = new Recurrence(file);
      recurrence.run(rule);
      check(file, "v_old", recurrence.vOld);
      check(file, "v_insert", recurrence.vInsert);
      check(file, "out", recurrence.out);
      check(file, "w", recurrence.w);
    }
  }

  private static void check(Safetensors file, String name, float[] actual) throws IOException {
    float[] expected = file.floats(name).data();
    GoldenFiles.assertClose(file.name() + " " + name, expected, actual, GoldenFiles.TOLERANCE);
  }

  /** float[sequences][length][...]: N sequences of H heads side by side. */
  private static final class Recurrence {
    private final int count;
    private final int length;
    private final int rows;
    private final int columns;
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final float[] beta;
    final float[] w;
    final float[] out;
    final float[] vOld;
    final float[] vInsert;

    Recurrence(Safetensors file) throws IOException {
      Tensor keys = file.floats("k");
      Tensor values = file.floats("v");
      count = keys.shape()[0] * keys.shape()[1];
      length = keys.shape()[2];
      rows = keys.shape()[3];
      columns = values.shape()[3];
      q = file.floats("q").data();
      k = keys.data();
      v = values.data();
      beta = file.floats("beta").data();
      w = file.floats("w0").data();
      out = new float[v.length];
      vOld = new float[v.length];
      vInsert = new float[v.length];
    }

    void run(UpdateRule rule) {
      float[] old = new float[columns];
      for (int sequence = 0; sequence < count; sequence++) {
        int memory = sequence * rows * columns;
        for (int event = sequence * length; event < (sequence + 1) * length; event++) {
          float[] phiK = Arrays.copyOfRange(k, event * rows, (event + 1) * rows);
          float[] phiQ = Arrays.copyOfRange(q, event * rows, (event + 1) * rows);
          int at = event * columns;
          DeltaRule.read(w, memory, rows, columns, phiK, old, 0);
          System.arraycopy(old, 0, vOld, at, columns);
          DeltaRule.delta(rule, beta[event], v, at, old, columns, vInsert, at);
          DeltaRule.write(w, memory, rows, columns, phiK, vInsert, at);
          DeltaRule.read(w, memory, rows, columns, phiQ, out, at);
        }
      }
    }
  }
}
