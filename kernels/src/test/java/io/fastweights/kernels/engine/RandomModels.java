package io.fastweights.kernels.engine;

import io.fastweights.kernels.engine.EngineScript.Event;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Seeded models for property tests. */
public final class RandomModels {
  private RandomModels() {}

  /** One of every shape that an engine must run, with names for the test report. */
  public static Map<String, Model> all(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Model> models = new LinkedHashMap<>();
    models.put("cell", slow(ModelConfig.builder(Architecture.CELL).dim(6).nu(2).build(), random));
    models.put(
        "attention, odd sizes",
        slow(
            ModelConfig.builder(Architecture.ATTENTION)
                .dim(10)
                .heads(3)
                .dimHead(7)
                .nu(3)
                .betaGate(BetaGate.IDENTITY)
                .build(),
            random));
    models.put(
        "attention, readme",
        slow(ModelConfig.builder(Architecture.ATTENTION).heads(2).build(), random));
    models.put("transformer", slow(transformer().build(), random));
    models.put("transformer, post-norm", slow(transformer().preNorm(false).build(), random));
    models.put(
        "transformer, shared memory",
        slow(transformer().memoryScope(MemoryScope.SHARED).build(), random));
    models.put(
        "transformer, sum rule, unit norm, elu, final norm",
        slow(
            transformer()
                .updateRule(UpdateRule.SUM)
                .featureMap(FeatureMap.ELU_PLUS_ONE)
                .normalisation(Normalisation.UNIT)
                .finalNorm(true)
                .build(),
            random));
    models.put(
        "transformer, forget gates",
        slow(transformer().updateRule(UpdateRule.GATED_DELTA).build(), random));
    models.put(
        "transformer, forget gates, shared memory",
        slow(
            transformer()
                .updateRule(UpdateRule.GATED_DELTA)
                .memoryScope(MemoryScope.SHARED)
                .build(),
            random));
    models.put(
        "attention, forget gates, wide values",
        slow(
            ModelConfig.builder(Architecture.ATTENTION)
                .dim(9)
                .heads(2)
                .dimHead(33)
                .updateRule(UpdateRule.GATED_DELTA)
                .build(),
            random));
    models.put(
        "cell, forget gate",
        slow(
            ModelConfig.builder(Architecture.CELL)
                .dim(1)
                .featureMap(FeatureMap.ELU_PLUS_ONE)
                .updateRule(UpdateRule.GATED_DELTA)
                .build(),
            random));
    models.put(
        "transformer without head, final norm",
        slow(transformer().outputs(0).finalNorm(true).build(), random));
    models.put(
        "associative",
        new AssociativeMemory(8, 2, 3, new float[] {0.2f, 0.05f, 1f}, Normalisation.UNIT));
    models.put(
        "associative, one value",
        new AssociativeMemory(16, 1, 1, new float[] {0.3f}, Normalisation.SUM));
    models.put(
        "associative, preconditioned",
        new AssociativeMemory(
            9, 2, 5, new float[] {0.4f, 0.05f, 1f}, Normalisation.UNIT, UpdateRule.PRECONDITIONED));
    models.put(
        "associative, one value, preconditioned",
        new AssociativeMemory(
            16, 2, 1, new float[] {0.3f}, Normalisation.UNIT, UpdateRule.PRECONDITIONED));
    return models;
  }

  /** Those of {@link #all} that a CUDA device runs. */
  public static Map<String, Model> onDevices(long seed) {
    Map<String, Model> models = all(seed);
    models.values().removeIf(model -> !model.updateRule().onDevices());
    return models;
  }

  private static ModelConfig.Builder transformer() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(20)
        .depth(3)
        .heads(2)
        .dimHead(6)
        .nu(2)
        .ffMult(2)
        .outputs(5);
  }

  /** A model with gaussian weights, scaled by the width of the layer. */
  public static SlowModel slow(ModelConfig config, SplittableRandom random) {
    return SlowModel.of(RandomWeights.gaussian(config, null, random));
  }

  /** n gaussian floats. */
  public static float[] gaussian(SplittableRandom random, int n) {
    return RandomWeights.gaussian(random, n, 1);
  }

  /**
   * Events of a few keys, some of them asks, some with a part of the input zero, some of memories
   * that fade before, where no forget gate says so.
   */
  public static List<Event> events(Model model, int count, int keys, SplittableRandom random) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean observe = random.nextInt(4) > 0;
      float[] input = gaussian(random, model.inputDim());
      if (random.nextInt(8) == 0) {
        java.util.Arrays.fill(input, 0, input.length / 2, 0f);
      }
      float[] target = null;
      if (model.targetDim() > 0) {
        target = gaussian(random, model.targetDim());
        if (!observe) {
          java.util.Arrays.fill(target, Float.NaN);
        }
      }
      int key = random.nextInt(keys);
      float fade = fade(random);
      events.add(new Event(key, input, target, observe, model.forgets() ? 1 : fade));
    }
    return events;
  }

  /** As {@link #events}, of which two thirds are so small or large that arithmetic must care. */
  public static List<Event> extremeEvents(
      Model model, int count, int keys, SplittableRandom random) {
    float[] scales = {1e-38f, 1e-20f, 1e-12f, 1, 1, 1, 1e12f, 1e20f, 1e37f};
    List<Event> events = events(model, count, keys, random);
    for (Event event : events) {
      scale(event.input(), scales[random.nextInt(scales.length)]);
      if (event.target() != null) {
        scale(event.target(), scales[random.nextInt(scales.length)]);
      }
    }
    return events;
  }

  private static void scale(float[] x, float by) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= by;
    }
  }

  private static float fade(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(4) == 0 ? 0f : 0.5f;
      case 1, 2 -> (float) random.nextDouble();
      default -> 1f;
    };
  }
}
