package io.fastweights.operator.testkit;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.cache.CacheSlots;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.configuration.MemorySize;

/** The models that the operator's tests run, each with its oracle. */
public enum TestModel {
  /** No weights: a schema's features, projected. */
  ASSOCIATIVE {
    private static final int KEY_DIM = 16;
    private static final List<Double> BETAS = List.of(0.4, 0.1);
    private static final long SEED = 7;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder
          .schema(Trips.schema(), Trips::read)
          .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
          .set(FastWeightOptions.ASSOCIATIVE_BETAS, BETAS)
          .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
    }

    @Override
    public Oracle oracle() {
      return associative(Trips.schema(), Trips::read, UpdateRule.DELTA, KEY_DIM, SEED, 0.4f, 0.1f);
    }
  },

  /** Vectors through a transformer with a head. */
  TRANSFORMER {
    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return vectors(builder, weights(11));
    }

    @Override
    public Oracle oracle() {
      return vectors(weights(11));
    }

    @Override
    public SlowWeights weights(long seed) {
      return random(
          ModelConfig.builder(Architecture.TRANSFORMER)
              .dim(12)
              .depth(2)
              .heads(2)
              .dimHead(4)
              .nu(2)
              .ffMult(2)
              .outputs(3)
              .build(),
          null,
          seed);
    }
  },

  /** Vectors through one attention layer of odd sizes. */
  ATTENTION {
    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return vectors(builder, weights(11));
    }

    @Override
    public Oracle oracle() {
      return vectors(weights(11));
    }

    @Override
    public SlowWeights weights(long seed) {
      return random(
          ModelConfig.builder(Architecture.ATTENTION).dim(10).heads(3).dimHead(5).nu(1).build(),
          null,
          seed);
    }
  },

  /** A schema's features through a transformer whose weights hold their embeddings. */
  SCHEMA_TRANSFORMER {
    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return fields(builder, weights(17));
    }

    @Override
    public Oracle oracle() {
      return fields(weights(17));
    }

    @Override
    public SlowWeights weights(long seed) {
      return random(overFields().nu(1).build(), Trips.schema(), seed);
    }
  },

  /** The same with forget gates, some of which forget all at once. */
  FORGET_GATES {
    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return fields(builder, weights(19));
    }

    @Override
    public Oracle oracle() {
      return fields(weights(19));
    }

    @Override
    public SlowWeights weights(long seed) {
      ModelConfig config = overFields().updateRule(UpdateRule.GATED_DELTA).build();
      return random(config, Trips.schema(), seed);
    }
  },

  /** No weights: numbers with running statistics, one of them the target. */
  RUNNING_STATISTICS {
    private static final int KEY_DIM = 12;
    private static final long SEED = 9;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder
          .schema(Trips.numbers(), Trips::readNumbers)
          .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
          .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.3))
          .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
    }

    @Override
    public Oracle oracle() {
      return associative(
          Trips.numbers(), Trips::readNumbers, UpdateRule.DELTA, KEY_DIM, SEED, 0.3f);
    }
  },

  /** No weights: classes with a prior, and a number with running statistics. */
  PRIOR {
    private static final int KEY_DIM = 12;
    private static final long SEED = 13;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder
          .schema(Trips.rates(), Trips::read)
          .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
          .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.5, 0.2))
          .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
    }

    @Override
    public Oracle oracle() {
      return associative(Trips.rates(), Trips::read, UpdateRule.DELTA, KEY_DIM, SEED, 0.5f, 0.2f);
    }
  },

  /** No weights, and rows of W with step sizes of their own. */
  STEP_SIZES_PER_ROW {
    private static final int KEY_DIM = 12;
    private static final long SEED = 5;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder
          .schema(Trips.schema(), Trips::read)
          .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
          .set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, StepSizes.PER_ROW)
          .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
    }

    @Override
    public Oracle oracle() {
      return associative(
          Trips.schema(), Trips::read, UpdateRule.PRECONDITIONED, KEY_DIM, SEED, 0.5f, 0.1f);
    }
  },

  /** No weights: items, ranked among candidates that most events bring. */
  ITEMS {
    private static final int KEY_DIM = 12;
    private static final long SEED = 21;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder
          .schema(Trips.items(), Trips::readItems)
          .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
          .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.4, 0.1))
          .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
    }

    @Override
    public Oracle oracle() {
      return associative(
          Trips.items(), Trips::readItems, UpdateRule.DELTA, KEY_DIM, SEED, 0.4f, 0.1f);
    }
  },

  /** Vectors through one attention layer whose beta has no bound, so that memories overflow. */
  OVERFLOWING {
    private static final int DIM = 10;

    @Override
    public FastWeights<Trip> on(FastWeights<Trip> builder) {
      return builder.vectors(0, Trips.steepVectors(DIM)).weights(weights(11));
    }

    @Override
    public Oracle oracle() {
      return new Oracle(SlowModel.of(weights(11)), null, null, Trips.steepVectors(DIM));
    }

    /** The first number of an event is its beta, beside a small part of all others. */
    @Override
    public SlowWeights weights(long seed) {
      ModelConfig config =
          ModelConfig.builder(Architecture.ATTENTION)
              .dim(DIM)
              .heads(2)
              .dimHead(4)
              .normalisation(Normalisation.UNIT)
              .betaGate(BetaGate.IDENTITY)
              .build();
      Map<String, Tensor> tensors = new LinkedHashMap<>(random(config, null, seed).tensors());
      float[] beta = tensors.get("to_beta.weight").data().clone();
      beta[0] = 1;
      beta[DIM] = 1;
      tensors.put("to_beta.weight", new Tensor(new int[] {2, DIM}, beta));
      return new SlowWeights(config, tensors);
    }
  };

  /** Models that a device runs. */
  public static List<TestModel> on(Device device) {
    return device == Device.CUDA
        ? Arrays.stream(values())
            .filter(model -> model.oracle().model().updateRule().onDevices())
            .toList()
        : List.of(values());
  }

  /** Sets the model on a builder. */
  public abstract FastWeights<Trip> on(FastWeights<Trip> builder);

  /** An oracle that has seen nothing yet. */
  public abstract Oracle oracle();

  /**
   * Other weights of the same shape.
   *
   * @throws UnsupportedOperationException if the model has none
   */
  public SlowWeights weights(long seed) {
    throw new UnsupportedOperationException(this + " has no weights");
  }

  /** The target of an observed trip on the scale of a prediction, where events have fields. */
  public float[] target(Trip trip) {
    return switch (this) {
      case RUNNING_STATISTICS -> new float[] {(float) Trips.duration(trip)};
      case ITEMS -> Trips.item(trip);
      default -> Trips.target(trip);
    };
  }

  /** True if new weights may come for its events: trained ones need constants, and no items. */
  public boolean isRefreshable() {
    return this != RUNNING_STATISTICS && this != PRIOR && this != ITEMS;
  }

  /** True if events have fields; false if they are vectors. */
  public boolean hasSchema() {
    return this != TRANSFORMER && this != ATTENTION && this != OVERFLOWING;
  }

  /** A cache of as many keys. */
  public MemorySize cacheOf(int keys) {
    return new MemorySize(keys * CacheSlots.keyBytes(oracle().model().memory(), Storage.FP32));
  }

  private static Oracle associative(
      Schema schema,
      EventReader<Trip> reader,
      UpdateRule rule,
      int keyDim,
      long seed,
      float... betas) {
    AssociativeMemory model =
        new AssociativeMemory(keyDim, 2, schema.target().dim(), betas, Normalisation.UNIT, rule);
    return new Oracle(
        model, schema, InputEncoder.projection(schema, model.inputDim(), seed), reader);
  }

  private static ModelConfig.Builder overFields() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(8)
        .depth(2)
        .heads(2)
        .dimHead(4)
        .ffMult(2)
        .outputs(Trips.OUTCOMES.size());
  }

  private static FastWeights<Trip> fields(FastWeights<Trip> builder, SlowWeights weights) {
    return builder.schema(Trips.schema(), Trips::read).weights(weights);
  }

  private static Oracle fields(SlowWeights weights) {
    InputEncoder inputs = weights.inputs(Trips.schema());
    return new Oracle(SlowModel.of(weights), Trips.schema(), inputs, Trips::read);
  }

  private static FastWeights<Trip> vectors(FastWeights<Trip> builder, SlowWeights weights) {
    return builder.vectors(0, Trips.vectors(weights.config().dim())).weights(weights);
  }

  private static Oracle vectors(SlowWeights weights) {
    return new Oracle(SlowModel.of(weights), null, null, Trips.vectors(weights.config().dim()));
  }

  /**
   * Gaussian weights, scaled by the width of the layer.
   *
   * @param schema null where events are vectors
   */
  public static SlowWeights random(ModelConfig config, Schema schema, long seed) {
    return RandomWeights.gaussian(config, schema, new SplittableRandom(seed));
  }
}
