package io.fastweights.kernels.train.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.sequence.Chunk;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The training pass against the readable model, and its gradients against finite differences. */
class ModelPassTest {
  private static final int VOCABULARY = 9;
  private static final int LENGTH = 40;

  private static final Map<String, ModelConfig> CONFIGS = new LinkedHashMap<>();

  static {
    CONFIGS.put("pre-norm", transformer().build());
    CONFIGS.put("post-norm", transformer().preNorm(false).build());
    CONFIGS.put("final norm", transformer().finalNorm(true).build());
    CONFIGS.put("final norm, post-norm", transformer().finalNorm(true).preNorm(false).build());
    CONFIGS.put(
        "sum rule, elu",
        transformer().updateRule(UpdateRule.SUM).featureMap(FeatureMap.ELU_PLUS_ONE).build());
    CONFIGS.put("forget gate", transformer().updateRule(UpdateRule.GATED_DELTA).build());
    CONFIGS.put(
        "elu, unit",
        transformer()
            .featureMap(FeatureMap.ELU_PLUS_ONE)
            .normalisation(Normalisation.UNIT)
            .build());
    CONFIGS.put(
        "unit, nu 3", transformer().normalisation(Normalisation.UNIT).nu(3).outputs(1).build());
    CONFIGS.put(
        "attention, identity gate",
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(10)
            .heads(3)
            .dimHead(5)
            .betaGate(BetaGate.IDENTITY)
            .vocabulary(VOCABULARY)
            .outputs(1)
            .build());
    CONFIGS.put(
        "cell",
        ModelConfig.builder(Architecture.CELL)
            .dim(6)
            .nu(2)
            .vocabulary(VOCABULARY)
            .outputs(4)
            .build());
  }

  private static ModelConfig.Builder transformer() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(12)
        .depth(2)
        .heads(2)
        .dimHead(4)
        .ffMult(2)
        .vocabulary(VOCABULARY)
        .outputs(5);
  }

  static Stream<String> configs() {
    return CONFIGS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void outputsAndMemoriesAreThoseOfTheReadableModel(String name) {
    Case c = new Case(CONFIGS.get(name), 11, false);
    int width = c.layout.config().outputs();
    float[] memory = new float[c.model.memory().floats()];
    float[] expectedMemory = memory.clone();
    ReferenceModel reference = new ReferenceModel(c.model);
    ModelPass pass = new ModelPass(c.layout, c.loss, PassOptions.exact(16));
    for (int from = 0; from < LENGTH; from += 16) {
      Chunk chunk = Chunk.of(c.sequence, from, 16);
      pass.forward(c.parameters, chunk, 0, memory);
      for (int t = 0; t < chunk.length(); t++) {
        float[] input = input(c, from + t);
        float[] expected = reference.step(input, null, expectedMemory, !chunk.asks()[t]).output();
        for (int i = 0; i < width; i++) {
          assertThat(pass.outputs()[t * width + i])
              .as("output %d of event %d", i, from + t)
              .isCloseTo(expected[i], within(2e-5f));
        }
      }
    }
    new LogReplay(c.model).unscale(expectedMemory);
    for (int i = 0; i < memory.length; i++) {
      assertThat(memory[i]).isCloseTo(expectedMemory[i], within(2e-5f));
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void gradientsEqualFiniteDifferences(String name) {
    for (long seed = 1; seed <= 2; seed++) {
      Case c = new Case(CONFIGS.get(name), seed, true);
      float[] gradients = c.gradients();
      DoubleModel exact = new DoubleModel(c.layout, c.parameters.values);
      SplittableRandom random = new SplittableRandom(seed);
      for (ParameterLayout.Slice slice : c.layout.slices()) {
        double[] expected = new double[6];
        float[] actual = new float[6];
        for (int n = 0; n < 6; n++) {
          int i = slice.at() + random.nextInt(slice.size());
          expected[n] = difference(exact, c, i);
          actual[n] = gradients[i];
        }
        double scale = norm(gradients, slice) / Math.sqrt(slice.size());
        for (int n = 0; n < 6; n++) {
          assertThat((double) actual[n])
              .as("seed %d, gradient of %s", seed, slice.name())
              .isCloseTo(expected[n], within(3e-4 * Math.max(scale, Math.abs(expected[n])) + 1e-7));
        }
      }
    }
  }

  /** Floats an event: E + M of each head several times over, and some dim. */
  @Test
  void aPassHoldsWhatItsEventsNeedAndFewMemories() throws Exception {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(16)
            .depth(2)
            .heads(2)
            .dimHead(32)
            .ffMult(1)
            .outputs(1)
            .vocabulary(VOCABULARY)
            .build();
    ParameterLayout layout = new ParameterLayout(config, null);
    Parameters p = new Parameters(layout, InitialWeights.of(layout, 1));
    long memory = (long) Float.BYTES * config.memory().floats();
    long[] bytes = new long[3];
    for (int i = 0; i < bytes.length; i++) {
      int length = 512 << i;
      ModelPass pass =
          new ModelPass(layout, new Loss.BinaryCrossEntropy(), PassOptions.exact(length));
      int[] tokens = new int[length];
      Chunk chunk = Chunk.of(EventSequence.ofTokens("k", tokens, tokens), 0, length);
      pass.forward(p, chunk, 0, new float[config.memory().floats()]);
      pass.backward(p, chunk, 0, 1, new float[layout.size()]);
      bytes[i] = Reachable.bytes(pass, layout);
    }
    // Twice the events take twice the room, but for a few memories that do not depend on them.
    assertThat(bytes[2] - bytes[1]).isCloseTo(2 * (bytes[1] - bytes[0]), within(2 * memory));
    assertThat(bytes[0]).isBetween(bytes[1] - bytes[0], bytes[1] - bytes[0] + 6 * memory);
    int both = config.features() + config.valueDim();
    long perEvent = (long) Float.BYTES * config.depth() * config.heads() * 10 * both;
    assertThat(bytes[2] - bytes[1]).isLessThan(1024 * perEvent);
    // Storing every W would exceed this limit.
    assertThat(perEvent).isLessThan(memory);
  }

  @Test
  void aMaskedEventNeitherWritesNorCounts() {
    Case whole = new Case(transformer().build(), 3, false);
    EventSequence s = whole.sequence;
    boolean[] masked = new boolean[LENGTH];
    Arrays.fill(masked, LENGTH / 2, LENGTH, true);
    EventSequence padded =
        new EventSequence(
            "k", s.starts(), s.rows(), s.weights(), s.labels(), s.asks(), masked, s.times());
    EventSequence cut = s.prefix(LENGTH / 2);
    float[] fromPadded = whole.with(padded).gradients();
    float[] fromCut = whole.with(cut).gradients();
    assertThat(padded.counted()).isEqualTo(cut.counted());
    for (int i = 0; i < fromCut.length; i++) {
      assertThat(fromPadded[i]).isCloseTo(fromCut[i], within(1e-6f));
    }
  }

  @Test
  void dropoutIsSeededAndTheGradientDropsTheSame() {
    Case c = new Case(transformer().build(), 4, false);
    ModelPass pass = new ModelPass(c.layout, c.loss, new PassOptions(LENGTH, 0.3f, 0.2f));
    double first = c.loss(pass, 5);
    assertThat(c.loss(pass, 5)).isEqualTo(first);
    assertThat(c.loss(pass, 6)).isNotEqualTo(first);

    float[] gradients = new float[c.layout.size()];
    c.loss(pass, 5);
    pass.backward(c.parameters, Chunk.of(c.sequence, 0, LENGTH), 5, 1, gradients);
    // A step down the gradient of the same dropout lowers its loss by |gradient|^2 * step.
    double squares = 0;
    for (float g : gradients) {
      squares += (double) g * g;
    }
    float step = (float) (0.01 / squares);
    for (int i = 0; i < gradients.length; i++) {
      c.parameters.values[i] -= step * gradients[i];
    }
    c.parameters.changed();
    assertThat(first - c.loss(pass, 5)).isCloseTo(0.01, within(0.001));
  }

  @Test
  void sharedMemoryIsRefused() {
    ParameterLayout layout =
        new ParameterLayout(transformer().memoryScope(MemoryScope.SHARED).build(), null);
    assertThatThrownBy(() -> new ModelPass(layout, new Loss.CrossEntropy(5), PassOptions.exact(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("memory is SHARED, training needs PER_LAYER");
  }

  private static double difference(DoubleModel exact, Case c, int i) {
    double step = 1e-6;
    double value = exact.parameters[i];
    exact.parameters[i] = value + step;
    double above = exact.loss(c.sequence, c.loss);
    exact.parameters[i] = value - step;
    double below = exact.loss(c.sequence, c.loss);
    exact.parameters[i] = value;
    return (above - below) / (2 * step);
  }

  private static double norm(float[] gradients, ParameterLayout.Slice slice) {
    double squares = 0;
    for (int i = slice.at(); i < slice.at() + slice.size(); i++) {
      squares += (double) gradients[i] * gradients[i];
    }
    return Math.sqrt(squares);
  }

  private static float[] input(Case c, int t) {
    int dim = c.layout.config().dim();
    float[] input = new float[dim];
    for (int i = c.sequence.starts()[t]; i < c.sequence.starts()[t + 1]; i++) {
      for (int j = 0; j < dim; j++) {
        float value = c.parameters.values[c.sequence.rows()[i] * dim + j];
        input[j] = Math.fma(c.sequence.weights()[i], value, input[j]);
      }
    }
    return input;
  }

  /** A random model and a random sequence of weighted embeddings with asks. */
  private static final class Case {
    final ParameterLayout layout;
    final SlowModel model;
    final Parameters parameters;
    final EventSequence sequence;
    final Loss loss;

    Case(ModelConfig config, long seed, boolean masks) {
      SplittableRandom random = new SplittableRandom(seed);
      layout = new ParameterLayout(config, null);
      model = RandomModels.slow(config, random);
      parameters = new Parameters(layout, layout.values(model.weights()));
      loss =
          config.outputs() > 1
              ? new Loss.CrossEntropy(config.outputs())
              : config.nu() > 1 ? new Loss.BinaryCrossEntropy() : new Loss.SquaredError();
      sequence = sequence(random, config.outputs(), masks);
    }

    private Case(Case other, EventSequence sequence) {
      this.layout = other.layout;
      this.model = other.model;
      this.parameters = other.parameters;
      this.loss = other.loss;
      this.sequence = sequence;
    }

    Case with(EventSequence other) {
      return new Case(this, other);
    }

    private static EventSequence sequence(SplittableRandom random, int outputs, boolean masks) {
      int[] starts = new int[LENGTH + 1];
      int[] rows = new int[2 * LENGTH];
      float[] weights = new float[rows.length];
      float[] labels = new float[LENGTH];
      boolean[] asks = new boolean[LENGTH];
      boolean[] masked = masks ? new boolean[LENGTH] : null;
      for (int t = 0; t < LENGTH; t++) {
        starts[t + 1] = 2 * t + 2;
        for (int i = 2 * t; i < 2 * t + 2; i++) {
          rows[i] = random.nextInt(VOCABULARY);
          weights[i] = random.nextFloat() + 0.5f;
        }
        labels[t] = random.nextInt(5) == 0 ? Float.NaN : random.nextInt(Math.max(2, outputs));
        asks[t] = random.nextInt(4) == 0;
        if (masks) {
          masked[t] = random.nextInt(6) == 0;
        }
      }
      return new EventSequence("k", starts, rows, weights, labels, asks, masked, new long[LENGTH]);
    }

    float[] gradients() {
      float[] gradients = new float[layout.size()];
      ModelPass pass = new ModelPass(layout, loss, PassOptions.exact(LENGTH));
      Chunk chunk = Chunk.of(sequence, 0, LENGTH);
      pass.forward(parameters, chunk, 0, new float[model.memory().floats()]);
      pass.backward(parameters, chunk, 0, 1, gradients);
      return gradients;
    }

    double loss(ModelPass pass, long seed) {
      Chunk chunk = Chunk.of(sequence, 0, LENGTH);
      pass.forward(parameters, chunk, seed, new float[model.memory().floats()]);
      return pass.loss(chunk, 0);
    }
  }
}
