package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors against plain loops, on shapes that fit no vector. */
@Tag(WidthTest.WIDTH)
class VectorKernelsTest {
  private static final List<UpdateRule> RULES =
      List.of(UpdateRule.DELTA, UpdateRule.SUM, UpdateRule.GATED_DELTA);

  private static final int SLOTS = 3;
  private static final int SHAPES = 30;

  /** One to three vectors of each width, in floats, and one float less or more. */
  private static final int[] EDGES =
      IntStream.of(4, 8, 16)
          .flatMap(lanes -> IntStream.of(lanes, 2 * lanes, 3 * lanes))
          .flatMap(floats -> IntStream.of(floats - 1, floats, floats + 1))
          .sorted()
          .distinct()
          .toArray();

  @ParameterizedTest
  @EnumSource(Storage.class)
  void givesTheBitsOfPlainLoopsOnAnyShapeOfAttention(Storage storage) {
    for (long seed = 1; seed <= SHAPES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int d = 1 + random.nextInt(70);
      int nu = Math.min(1 + random.nextInt(3), 2 * d - 1);
      ModelConfig config =
          ModelConfig.builder(Architecture.ATTENTION)
              .dim(1 + random.nextInt(40))
              .heads(1 + random.nextInt(3))
              .dimHead(d)
              .nu(nu)
              .updateRule(RULES.get(random.nextInt(RULES.size())))
              .normalisation(random.nextBoolean() ? Normalisation.SUM : Normalisation.UNIT)
              .build();
      compare(RandomModels.slow(config, random), storage, seed);
    }
  }

  /** Narrow heads are stepped together. With the scales, features and deltas leave their range. */
  @ParameterizedTest
  @ValueSource(floats = {1, 1e-25f, 2e18f, 1e25f})
  void givesTheBitsOfPlainLoopsWithAnyNumberOfNarrowHeads(float scale) {
    for (int d : new int[] {4, 8, 16, 32}) {
      for (int heads = 1; heads <= 9; heads++) {
        SplittableRandom random = new SplittableRandom(10L * d + heads);
        ModelConfig config =
            ModelConfig.builder(Architecture.ATTENTION)
                .dim(edge(random))
                .heads(heads)
                .dimHead(d)
                .nu(1 + random.nextInt(4))
                .updateRule((heads + d / 4) % 2 == 0 ? UpdateRule.DELTA : UpdateRule.GATED_DELTA)
                .normalisation(heads % 3 > 0 ? Normalisation.SUM : Normalisation.UNIT)
                .build();
        Model model = RandomModels.slow(config, random);
        compare(model, Storage.FP32, 10L * d + heads, scale);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void givesTheBitsOfPlainLoopsWithAnyNumberOfColumns(Storage storage) {
    for (long seed = 1; seed <= SHAPES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int d = 2 + random.nextInt(69);
      int columns = seed <= 4 ? (int) seed : 1 + random.nextInt(70);
      float[] betas = new float[1 + random.nextInt(3)];
      Arrays.fill(betas, 0.4f);
      Normalisation by = random.nextBoolean() ? Normalisation.SUM : Normalisation.UNIT;
      compare(new AssociativeMemory(d, 1 + random.nextInt(3), columns, betas, by), storage, seed);
    }
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void givesTheBitsOfPlainLoopsWhereAKeyFillsVectorsAndBesideIt(Storage storage) {
    for (int d : EDGES) {
      for (int nu = 1; nu <= 3; nu++) {
        long seed = 10L * d + nu;
        SplittableRandom random = new SplittableRandom(seed);
        ModelConfig config =
            ModelConfig.builder(Architecture.TRANSFORMER)
                .dim(edge(random))
                .depth(1)
                .heads(1 + random.nextInt(2))
                .dimHead(d)
                .nu(nu)
                .ffMult(1 + random.nextInt(2))
                .outputs(random.nextBoolean() ? 1 : edge(random))
                .preNorm(random.nextBoolean())
                .finalNorm(random.nextBoolean())
                .featureMap(random.nextInt(3) > 0 ? FeatureMap.DPFP : FeatureMap.ELU_PLUS_ONE)
                .normalisation(random.nextBoolean() ? Normalisation.SUM : Normalisation.UNIT)
                .build();
        compare(RandomModels.slow(config, random), storage, seed);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void givesTheBitsOfPlainLoopsWhereColumnsFillVectorsAndBesideIt(Storage storage) {
    for (int columns : EDGES) {
      SplittableRandom random = new SplittableRandom(columns);
      int nu = 1 + random.nextInt(3);
      float[] betas = {0.4f, 1};
      compare(
          new AssociativeMemory(edge(random), nu, columns, betas, Normalisation.UNIT),
          storage,
          columns);
    }
  }

  private static int edge(SplittableRandom random) {
    return EDGES[random.nextInt(EDGES.length)];
  }

  private static void compare(Model model, Storage storage, long seed) {
    compare(model, storage, seed, 1);
  }

  /**
   * @param scale multiplies inputs and targets
   */
  private static void compare(Model model, Storage storage, long seed, float scale) {
    EngineOptions options = new EngineOptions(Device.CPU, SLOTS, storage);
    try (CpuEngine vector = new CpuEngine(model, options, ProvidedKernels.get());
        CpuEngine scalar = new CpuEngine(model, options, new ScalarKernels())) {
      SplittableRandom random = new SplittableRandom(seed);
      boolean[] known = new boolean[SLOTS];
      for (int step = 0; step < 4; step++) {
        EventBatch batch = batch(model, known, random, scale);
        EventBatch same = copy(model, batch);
        vector.step(batch);
        scalar.step(same);
        int rows = batch.size();
        int deltas = model.updates() * model.memory().heads() * model.memory().columns();
        same(model, seed, "outputs", same.outputs(), batch.outputs(), rows * model.outputDim());
        same(model, seed, "recall errors", same.recallErrors(), batch.recallErrors(), rows);
        same(model, seed, "deltas", same.deltas(), batch.deltas(), rows * deltas);
      }
      for (int slot = 0; slot < SLOTS; slot++) {
        float[] expected = new float[model.memory().floats()];
        float[] actual = new float[model.memory().floats()];
        scalar.pool().read(slot, expected, 0);
        vector.pool().read(slot, actual, 0);
        same(model, seed, "memory " + slot, expected, actual, expected.length);
      }
    }
  }

  private static void same(
      Model model, long seed, String what, float[] expected, float[] actual, int n) {
    for (int i = 0; i < n; i++) {
      assertThat(Float.floatToIntBits(actual[i]))
          .as(
              "seed %d, %s, %s [%d]: expected %s, got %s",
              seed, model.memory(), what, i, expected[i], actual[i])
          .isEqualTo(Float.floatToIntBits(expected[i]));
    }
  }

  private static EventBatch batch(
      Model model, boolean[] known, SplittableRandom random, float scale) {
    EventBatch batch = new EventBatch(model, SLOTS * 5);
    batch.clear();
    for (int slot = 0; slot < SLOTS; slot++) {
      batch.segment(slot, !known[slot], 5 * slot);
      known[slot] = true;
      int events = 1 + random.nextInt(5);
      for (int i = 0; i < events; i++) {
        batch.add(random.nextInt(3) > 0);
      }
    }
    for (float[] values : new float[][] {batch.inputs(), batch.targets()}) {
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(20) == 0 ? 0 : scale * (float) random.nextGaussian();
      }
    }
    return batch;
  }

  private static EventBatch copy(Model model, EventBatch from) {
    EventBatch batch = new EventBatch(model, from.capacity());
    batch.clear();
    for (int s = 0; s < from.segments(); s++) {
      batch.segment(from.slot(s), from.fresh(s), 5 * from.slot(s));
      for (int row = from.start(s); row < from.end(s); row++) {
        batch.add(from.observes(row));
      }
    }
    System.arraycopy(from.inputs(), 0, batch.inputs(), 0, from.inputs().length);
    System.arraycopy(from.targets(), 0, batch.targets(), 0, from.targets().length);
    return batch;
  }
}
