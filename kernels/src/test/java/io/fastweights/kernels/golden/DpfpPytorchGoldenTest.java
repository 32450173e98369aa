package io.fastweights.kernels.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs of the package dpfp-pytorch itself, one event at a time in float32, from its own
 * state_dict: no sigmoid on beta, one memory for all layers.
 */
@Tag("width")
@Tag("plain")
class DpfpPytorchGoldenTest {
  /**
   * Post-norm over a shared memory magnifies a rounding error from event to event: float32 and
   * float64 differ by more than the usual tolerance.
   */
  private static final double ILL_CONDITIONED = 1e-3;

  static Stream<Arguments> modelsAndRunners() {
    return Stream.of("attention_readme", "attention_nu2", "former_pre", "former_post")
        .flatMap(model -> SequenceRunner.all().keySet().stream().map(r -> Arguments.of(model, r)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("modelsAndRunners")
  void givesTheOutputsAndMemoriesOfThePackage(String name, String runner) throws IOException {
    SlowModel model = GoldenFiles.model("dpfp_pytorch_" + name + "_weights");
    assertThat(model.config().betaGate()).isEqualTo(BetaGate.IDENTITY);
    if (name.startsWith("former")) {
      assertThat(model.config().memoryScope()).isEqualTo(MemoryScope.SHARED);
    }
    double tolerance = name.equals("former_post") ? ILL_CONDITIONED : GoldenFiles.TOLERANCE;
    try (Safetensors run = GoldenFiles.tensors("dpfp_pytorch_" + name + "_run")) {
      Tensor x = run.floats("x");
      int length = x.shape()[0];
      int sequences = x.shape().length == 3 ? x.shape()[1] : 1;
      float[][][] inputs =
          Sequences.transpose(Sequences.split(x.data(), length, sequences, model.inputDim()));

      SequenceRunner.Result result = SequenceRunner.all().get(runner).run(model, inputs);

      float[] y = Sequences.flat(Sequences.transpose(result.outputs()));
      GoldenFiles.assertClose(run.name() + " y", run.floats("y").data(), y, tolerance);
      float[] memory = Sequences.flat(new float[][][] {result.memories()});
      GoldenFiles.assertClose(
          run.name() + " memory", run.floats("memory").data(), memory, tolerance);
    }
  }
}
