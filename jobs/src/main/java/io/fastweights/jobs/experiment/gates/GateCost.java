package io.fastweights.jobs.experiment.gates;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Time of the engine's steps with forget gates, against steps by the delta rule. */
final class GateCost {
  private static final int KEYS = 64;
  private static final int BATCH = 256;
  private static final int TURNS = 31;
  private static final int WARM_UP = 10;

  /** Of forget gates: such that a memory is halved by some 50 events. */
  private static final float BIAS = -4;

  private final Engine engine;
  private final EventBatch batch;
  private final int batches;

  private GateCost(ModelConfig config) {
    SlowModel model =
        SlowModel.of(
            RandomWeights.of(config, null, (name, shape, size) -> weights(name, shape, size)));
    engine = EngineProvider.create(model, EngineOptions.cpu(KEYS));
    batch = new EventBatch(model, BATCH);
    for (int key = 0; key < KEYS; key++) {
      engine.pool().zero(key);
    }
    SplittableRandom random = new SplittableRandom(2);
    float[] inputs = batch.inputs();
    System.arraycopy(RandomWeights.gaussian(random, inputs.length, 1), 0, inputs, 0, inputs.length);
    batches = Math.max(2, (1 << 16) / model.memory().layerFloats());
  }

  /**
   * The median over turns of the time of a batch with gates, in that of one without.
   *
   * @param dim floats of an event
   */
  static double ratio(int dim, int heads, int dimHead) {
    GateCost plain = new GateCost(config(dim, heads, dimHead, UpdateRule.DELTA));
    GateCost gated = new GateCost(config(dim, heads, dimHead, UpdateRule.GATED_DELTA));
    double[] ratios = new double[TURNS];
    for (int turn = -WARM_UP; turn < TURNS; turn++) {
      double before = plain.nanos();
      double ratio = gated.nanos() / before;
      if (turn >= 0) {
        ratios[turn] = ratio;
      }
    }
    plain.engine.close();
    gated.engine.close();
    Arrays.sort(ratios);
    return ratios[TURNS / 2];
  }

  private double nanos() {
    long start = System.nanoTime();
    for (int i = 0; i < batches; i++) {
      batch.clear();
      for (int key = 0; key < KEYS; key++) {
        batch.segment(key, false);
        for (int n = 0; n < BATCH / KEYS; n++) {
          batch.add(true);
        }
      }
      engine.step(batch);
    }
    return System.nanoTime() - start;
  }

  private static ModelConfig config(int dim, int heads, int dimHead, UpdateRule rule) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(dim)
        .heads(heads)
        .dimHead(dimHead)
        .ffMult(2)
        .finalNorm(true)
        .normalisation(Normalisation.UNIT)
        .updateRule(rule)
        .outputs(1)
        .build();
  }

  private static float[] weights(String name, int[] shape, int size) {
    if (name.endsWith("to_forget.bias")) {
      float[] bias = new float[size];
      Arrays.fill(bias, BIAS);
      return bias;
    }
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float deviation = shape.length == 2 ? (float) (1 / Math.sqrt(shape[1])) : 0.1f;
    return RandomWeights.gaussian(random, size, name.contains("forget") ? 0.02f : deviation);
  }
}
