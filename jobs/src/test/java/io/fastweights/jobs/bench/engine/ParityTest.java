package io.fastweights.jobs.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.SafetensorsWriter;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as the script of the peers writes them, made by the reference model. */
class ParityTest {
  private static final int DIM = 6;
  private static final int EVENTS = 20;

  @TempDir Path folder;

  /**
   * @param error of one output and of one float of the memory
   */
  private void write(String name, float error) throws IOException {
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION).dim(DIM).heads(2).dimHead(4).nu(2).build();
    SlowWeights weights = RandomWeights.gaussian(config, null, new SplittableRandom(5));
    WeightsFile.write(weights, folder.resolve(name + ".weights.safetensors"));
    SlowModel model = SlowModel.of(weights);
    float[] x = new float[EVENTS * DIM];
    float[] y = new float[EVENTS * DIM];
    float[] memory = new float[model.memory().floats()];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    ReferenceModel reference = new ReferenceModel(model);
    for (int i = 0; i < EVENTS; i++) {
      float[] input = Arrays.copyOfRange(x, i * DIM, (i + 1) * DIM);
      System.arraycopy(reference.step(input, null, memory, true).output(), 0, y, i * DIM, DIM);
    }
    y[EVENTS * DIM - 1] += error;
    memory[3] += error / 2;
    Map<String, String> metadata = Map.of("peer", "p", "shape", name, "difference32", "1e-7");
    Map<String, int[]> shapes =
        Map.of(
            "x",
            new int[] {EVENTS, DIM},
            "y",
            new int[] {EVENTS, DIM},
            "w",
            new int[] {memory.length});
    try (SafetensorsWriter run =
        new SafetensorsWriter(folder.resolve(name + ".run.safetensors"), metadata, shapes)) {
      run.write("x", x);
      run.write("y", y);
      run.write("w", memory);
      run.finish();
    }
  }

  @Test
  void theLargestDifferencesAreFound() throws IOException {
    write("equal", 0);
    write("other", 0.5f);
    write("undefined", Float.NaN);
    List<Parity> rows = Parity.all(folder);
    assertThat(rows).extracting(Parity::shape).containsExactly("equal", "other", "undefined");
    assertThat(rows).allMatch(Parity::sameBits).allMatch(row -> row.peer32() == 1e-7);
    assertThat(rows.get(0).outputs()).isZero();
    assertThat(rows.get(0).memory()).isZero();
    assertThat(rows.get(1).outputs()).isBetween(0.49, 0.51);
    assertThat(rows.get(1).memory()).isBetween(0.24, 0.26);
    assertThat(rows.get(2).outputs()).isInfinite();
  }
}
