package io.fastweights.kernels.golden;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A transformer with forget gates over token sequences, against float64 that multiplies every
 * memory in full: {@code src/test/python/forget_gates.py}.
 */
@Tag("width")
@Tag("plain")
class ForgetGateGoldenTest {

  static Set<String> runners() {
    return SequenceRunner.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void givesTheHiddenVectorsOutputsAndMemoriesOfFloat64(String runner) throws IOException {
    SlowModel model = GoldenFiles.model("forget_gates_weights");
    try (Safetensors run = GoldenFiles.tensors("forget_gates_run")) {
      int[] shape = run.entries().get("tokens").shape();
      float[] tokens = Sequences.embedded(model, run.longs("tokens"));
      float[][][] inputs = Sequences.split(tokens, shape[0], shape[1], model.inputDim());
      SequenceRunner.Result result = SequenceRunner.all().get(runner).run(model, inputs);
      for (float[] memory : result.memories()) {
        new LogReplay(model).unscale(memory);
      }
      check(run, "hidden", Sequences.flat(result.hidden()));
      check(run, "logits", Sequences.flat(result.outputs()));
      check(run, "memory", memories(model, result.memories()));
    }
  }

  private static void check(Safetensors run, String name, float[] actual) throws IOException {
    float[] expected = run.floats(name).data();
    GoldenFiles.assertClose(name, expected, actual, GoldenFiles.TOLERANCE);
  }

  /** float[layer][sequence][head][rows][columns] without counters, as the file holds them. */
  private static float[] memories(SlowModel model, float[][] memories) {
    MemoryShape shape = model.memory();
    int floats = model.features() * shape.columns();
    float[] all = new float[shape.layers() * memories.length * shape.heads() * floats];
    int at = 0;
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (float[] memory : memories) {
        for (int head = 0; head < shape.heads(); head++) {
          System.arraycopy(memory, shape.offset(layer, head), all, at, floats);
          at += floats;
        }
      }
    }
    return all;
  }
}
