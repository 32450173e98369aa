package io.fastweights.kernels.train.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.golden.GoldenFiles;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.sequence.Chunk;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients of every parameter of a whole model against those PyTorch gives. */
class ModelGradientGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"pre", "post", "nu3"})
  void givesTheLossAndTheGradientsOfPyTorch(String name) throws IOException {
    SlowModel model = GoldenFiles.model("model_" + name + "_weights");
    ParameterLayout layout = new ParameterLayout(model.config(), null);
    Parameters parameters = new Parameters(layout, layout.values(model.weights()));
    float[] gradients = new float[layout.size()];
    try (Safetensors run = GoldenFiles.tensors("model_" + name + "_run")) {
      int sequences = run.entries().get("tokens").shape()[0];
      int length = run.entries().get("tokens").shape()[1];
      long[] tokens = run.longs("tokens");
      long[] targets = run.longs("target");
      ModelPass pass =
          new ModelPass(
              layout, new Loss.CrossEntropy(model.outputDim()), PassOptions.exact(length));
      double loss = 0;
      for (int n = 0; n < sequences; n++) {
        EventSequence s =
            EventSequence.ofTokens("n", part(tokens, n, length), part(targets, n, length));
        Chunk chunk = Chunk.of(s, 0, length);
        pass.forward(parameters, chunk, 0, new float[model.memory().floats()]);
        loss += pass.backward(parameters, chunk, 0, 1f / tokens.length, gradients);
      }
      assertThat(loss / tokens.length).isCloseTo(run.floats("loss").data()[0], within(1e-5));
      for (ParameterLayout.Slice slice : layout.slices()) {
        String tensor = "grad." + slice.name();
        Gradients.assertClose(
            tensor,
            run.floats(tensor).data(),
            Arrays.copyOfRange(gradients, slice.at(), slice.at() + slice.size()));
      }
    }
  }

  private static int[] part(long[] values, int n, int length) {
    return Arrays.stream(values, n * length, (n + 1) * length).mapToInt(Math::toIntExact).toArray();
  }
}
