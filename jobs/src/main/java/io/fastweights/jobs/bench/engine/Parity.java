package io.fastweights.jobs.bench.engine;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.Safetensors;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Outputs and memories of other implementations beside those of this one, over one sequence of
 * events from an empty memory. The largest differences are absolute.
 *
 * @param outputs between the engine's outputs and the peer's in float64
 * @param memory between the engine's memory after the last event and the peer's in float64
 * @param scale the largest output of the peer
 * @param peer32 between the peer's outputs in float32 and in float64
 * @param sameBits true if the plain loops give the engine's bits
 */
public record Parity(
    String peer,
    String shape,
    double outputs,
    double memory,
    double scale,
    double peer32,
    boolean sameBits) {
  private static final String WEIGHTS = ".weights.safetensors";
  private static final String RUN = ".run.safetensors";
  private static final int BATCH = 7;

  /**
   * Compares with all runs of a folder.
   *
   * @param folder of pairs of files: NAME.weights.safetensors, and NAME.run.safetensors with inputs
   *     x [events, dim], outputs y [events, dim] and memory w, and in its metadata peer, shape and
   *     difference32
   */
  public static List<Parity> all(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.filter(file -> file.toString().endsWith(WEIGHTS)).sorted().toList();
    }
    Parity[] all = new Parity[files.size()];
    for (int i = 0; i < all.length; i++) {
      String name = files.get(i).getFileName().toString();
      Path run = folder.resolve(name.substring(0, name.length() - WEIGHTS.length()) + RUN);
      all[i] = of(SlowModel.of(WeightsFile.read(files.get(i))), run);
    }
    return List.of(all);
  }

  private static Parity of(SlowModel model, Path file) throws IOException {
    try (Safetensors run = Safetensors.open(file)) {
      Tensor x = run.floats("x");
      float[] expected = run.floats("y").data();
      float[] y = new float[expected.length];
      float[] memory = new float[model.memory().floats()];
      engine(model, x.data(), y, memory);
      return new Parity(
          run.metadata().get("peer"),
          run.metadata().get("shape"),
          difference(y, expected),
          difference(memory, run.floats("w").data()),
          difference(expected, new float[expected.length]),
          Double.parseDouble(run.metadata().get("difference32")),
          Arrays.equals(y, plain(model, x.data())));
    }
  }

  private static void engine(SlowModel model, float[] x, float[] y, float[] memory) {
    int dim = model.inputDim();
    int events = x.length / dim;
    EventBatch batch = new EventBatch(model, BATCH);
    try (Engine engine = EngineProvider.create(model, new EngineOptions(Device.CPU, 1))) {
      for (int at = 0; at < events; at += BATCH) {
        batch.clear();
        batch.segment(0, at == 0);
        int count = Math.min(BATCH, events - at);
        for (int i = 0; i < count; i++) {
          System.arraycopy(x, (at + i) * dim, batch.inputs(), batch.add(true) * dim, dim);
        }
        engine.step(batch);
        int outputs = model.outputDim();
        System.arraycopy(batch.outputs(), 0, y, at * outputs, count * outputs);
      }
      engine.pool().read(0, memory, 0);
    }
  }

  private static float[] plain(SlowModel model, float[] x) {
    int dim = model.inputDim();
    int outputs = model.outputDim();
    float[] y = new float[x.length / dim * outputs];
    float[] memory = new float[model.memory().floats()];
    ReferenceModel reference = new ReferenceModel(model);
    for (int i = 0; i < x.length / dim; i++) {
      float[] input = Arrays.copyOfRange(x, i * dim, (i + 1) * dim);
      float[] output = reference.step(input, null, memory, true).output();
      System.arraycopy(output, 0, y, i * outputs, outputs);
    }
    return y;
  }

  private static double difference(float[] a, float[] b) {
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      // NaN is a difference without bound.
      largest =
          difference <= largest
              ? largest
              : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
    return largest;
  }
}
