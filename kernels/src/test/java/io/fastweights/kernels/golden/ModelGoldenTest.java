package io.fastweights.kernels.golden;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole model over token sequences: memory per layer, sigmoid beta. */
@Tag("width")
@Tag("plain")
class ModelGoldenTest {

  static Stream<Arguments> modelsAndRunners() {
    return Stream.of("pre", "post", "nu3")
        .flatMap(model -> SequenceRunner.all().keySet().stream().map(r -> Arguments.of(model, r)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("modelsAndRunners")
  void givesTheHiddenVectorsLogitsAndMemoriesOfPyTorch(String name, String runner)
      throws IOException {
    SlowModel model = GoldenFiles.model("model_" + name + "_weights");
    try (Safetensors run = GoldenFiles.tensors("model_" + name + "_run")) {
      int sequences = run.entries().get("tokens").shape()[0];
      int length = run.entries().get("tokens").shape()[1];
      float[][][] inputs =
          Sequences.split(
              Sequences.embedded(model, run.longs("tokens")), sequences, length, model.inputDim());

      SequenceRunner.Result result = SequenceRunner.all().get(runner).run(model, inputs);

      check(run, "hidden", Sequences.flat(result.hidden()));
      check(run, "logits", Sequences.flat(result.outputs()));
      check(run, "memory", layerFirst(model.memory(), result.memories()));
    }
  }

  private static void check(Safetensors run, String name, float[] actual) throws IOException {
    GoldenFiles.assertClose(
        run.name() + " " + name, run.floats(name).data(), actual, GoldenFiles.TOLERANCE);
  }

  /** float[sequence][layer][...] as float[layer][sequence][...], as PyTorch stacks them. */
  private static float[] layerFirst(MemoryShape shape, float[][] memories) {
    float[][][] layers = new float[memories.length][shape.layers()][];
    for (int s = 0; s < memories.length; s++) {
      for (int l = 0; l < shape.layers(); l++) {
        int at = shape.offset(l, 0);
        layers[s][l] = Arrays.copyOfRange(memories[s], at, at + shape.layerFloats());
      }
    }
    return Sequences.flat(Sequences.transpose(layers));
  }
}
