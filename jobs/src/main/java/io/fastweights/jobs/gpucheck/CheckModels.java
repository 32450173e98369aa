package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Models with gaussian weights, of the shapes that take different ways through the kernels. */
final class CheckModels {
  private CheckModels() {}

  static Map<String, Model> all(long seed) {
    Map<String, Model> models = new LinkedHashMap<>();
    models.put("attention H8 d64 nu1", attention(8, 64, 1, seed));
    models.put("attention H4 d16 nu1", attention(4, 16, 1, seed));
    models.put("attention H8 d16 nu2", attention(8, 16, 2, seed));
    models.put("attention H2 d32 nu3", attention(2, 32, 3, seed));
    models.put("attention H1 d256 nu2", attention(1, 256, 2, seed));
    models.put("attention H3 d7 nu3", attention(3, 7, 3, seed));
    models.put(
        "cell d48 nu1", random(ModelConfig.builder(Architecture.CELL).dim(48).nu(1).build(), seed));
    models.put("transformer", random(transformer().build(), seed));
    models.put("transformer post-norm", random(transformer().preNorm(false).build(), seed));
    models.put(
        "transformer shared memory",
        random(transformer().memoryScope(MemoryScope.SHARED).build(), seed));
    models.put(
        "transformer sum, unit, elu",
        random(
            transformer()
                .updateRule(UpdateRule.SUM)
                .featureMap(FeatureMap.ELU_PLUS_ONE)
                .normalisation(Normalisation.UNIT)
                .build(),
            seed));
    models.put(
        "attention H8 d64 gated",
        random(
            ModelConfig.builder(Architecture.ATTENTION)
                .heads(8)
                .updateRule(UpdateRule.GATED_DELTA)
                .build(),
            seed));
    models.put(
        "transformer gated, shared memory",
        random(
            transformer()
                .updateRule(UpdateRule.GATED_DELTA)
                .memoryScope(MemoryScope.SHARED)
                .build(),
            seed));
    models.put(
        "associative, one value",
        new AssociativeMemory(64, 2, 1, new float[] {0.2f, 0.05f}, Normalisation.UNIT));
    models.put(
        "associative, 10 values",
        new AssociativeMemory(24, 1, 10, new float[] {0.2f}, Normalisation.SUM));
    models.put(
        "associative, 5 shared values",
        new AssociativeMemory(24, 1, 5, new float[] {0.2f, 0.5f, 1}, Normalisation.UNIT));
    return models;
  }

  /** One attention layer of 128 inputs. */
  static SlowModel attention(int heads, int d, int nu, long seed) {
    return random(
        ModelConfig.builder(Architecture.ATTENTION).heads(heads).dimHead(d).nu(nu).build(), seed);
  }

  private static ModelConfig.Builder transformer() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(96)
        .depth(2)
        .heads(4)
        .dimHead(24)
        .outputs(5);
  }

  private static SlowModel random(ModelConfig config, long seed) {
    return SlowModel.of(RandomWeights.gaussian(config, null, new SplittableRandom(seed)));
  }
}
