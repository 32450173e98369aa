package io.fastweights.kernels.train.network;

import io.fastweights.kernels.golden.GoldenFiles;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Sequences of one head each, and the gradients that PyTorch's automatic differentiation gives. */
public final class GoldenRecurrences {
  public final UpdateRule rule;
  public final int length;
  public final int rows;
  public final int columns;
  public final List<HeadSequence> sequences = new ArrayList<>();
  public final List<float[]> memories = new ArrayList<>();

  /** Those of the read-outs; the others are to be added. */
  public final List<HeadSequence> gradients = new ArrayList<>();

  /** Of the memories after the sequences; to become those of the memories before. */
  public final List<float[]> gradMemories = new ArrayList<>();

  private final Safetensors file;

  private GoldenRecurrences(Safetensors file) throws IOException {
    this.file = file;
    int[] keys = file.floats("k").shape();
    length = keys[2];
    rows = keys[3];
    columns = file.floats("v").shape()[3];
    rule = UpdateRule.valueOf(file.metadata().get("rule").toUpperCase(Locale.ROOT));
    for (int n = 0; n < keys[0] * keys[1]; n++) {
      HeadSequence s = HeadSequence.of(length, rows, columns);
      s.phiK = part("k", n, length * rows);
      s.phiQ = part("q", n, length * rows);
      s.v = part("v", n, length * columns);
      s.beta = part("beta", n, length);
      sequences.add(s);
      memories.add(part("w0", n, rows * columns));
      HeadSequence g = HeadSequence.of(length, rows, columns);
      g.out = part("grad_out", n, length * columns);
      gradients.add(g);
      gradMemories.add(part("grad_w", n, rows * columns));
    }
  }

  /** Runs a recurrence. */
  public interface Pass {
    void run(GoldenRecurrences golden);
  }

  /** Runs the sequences of a file, and fails unless the gradients are PyTorch's. */
  public static void check(String name, Pass pass) throws IOException {
    try (Safetensors file = GoldenFiles.tensors("delta_rule_" + name)) {
      GoldenRecurrences golden = new GoldenRecurrences(file);
      pass.run(golden);
      for (int n = 0; n < golden.sequences.size(); n++) {
        HeadSequence g = golden.gradients.get(n);
        golden.check("grad_q", n, g.phiQ);
        golden.check("grad_k", n, g.phiK);
        golden.check("grad_v", n, g.v);
        golden.check("grad_beta", n, g.beta);
        golden.check("grad_w0", n, golden.gradMemories.get(n));
      }
    }
  }

  private float[] part(String name, int n, int size) throws IOException {
    return Arrays.copyOfRange(file.floats(name).data(), n * size, (n + 1) * size);
  }

  private void check(String name, int n, float[] actual) throws IOException {
    Gradients.assertClose(file.name() + " " + name, part(name, n, actual.length), actual);
  }
}
