package io.fastweights.operator.testkit;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Residual;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightPair;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.api.Prediction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Expected results of a pair of memories, bit for bit: two plain loops, one after the other. The
 * keys are {@code key} and {@code user}.
 */
public final class PairOracle {
  private static final int KEY_DIM = 16;
  private static final long SEED = 7;

  /** Flink writes the length of a text before its characters. */
  private static final Comparator<Prediction<Trip>> SECOND_ORDER =
      Comparator.<Prediction<Trip>>comparingLong(first -> first.event().time)
          .thenComparing(first -> first.event().key.length())
          .thenComparing(first -> first.event().key);

  private final Schema schema;
  private final Oracle first;
  private final Oracle second;
  private final StepSizes stepSizes;
  private final SlowWeights firstWeights;
  private final SlowWeights secondWeights;
  private Prediction<Trip> answered;

  /**
   * @param prior true for a target with a prior
   */
  public PairOracle(boolean prior, StepSizes stepSizes) {
    this(prior, stepSizes, null, null);
  }

  private PairOracle(
      boolean prior, StepSizes stepSizes, SlowWeights firstWeights, SlowWeights secondWeights) {
    this.stepSizes = stepSizes;
    schema = prior ? withPrior() : Trips.schema();
    this.firstWeights = firstWeights;
    this.secondWeights = secondWeights;
    if (firstWeights == null) {
      first = oracle(schema, Trips::read);
      second = oracle(secondSchema(), this::readSecond);
    } else {
      first = oracle(firstWeights, Trips::read);
      second = oracle(secondWeights, this::readStage);
    }
  }

  /** Two models with slow weights, of which the second one's answers are the predictions. */
  public static PairOracle trained() {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(8)
            .heads(2)
            .dimHead(4)
            .nu(1)
            .ffMult(2)
            .outputs(Trips.OUTCOMES.size())
            .build();
    List<Field> fields = new ArrayList<>(Trips.schema().fields());
    for (int i = 0; i < Trips.OUTCOMES.size(); i++) {
      fields.add(new Field.Numeric("outcome of the first key " + i, 0, 1));
    }
    Schema stage = Schema.of(fields, Trips.schema().target());
    return new PairOracle(
        false,
        StepSizes.CONSTANT,
        TestModel.random(config, Trips.schema(), 17),
        TestModel.random(config, stage, 18));
  }

  private static Oracle oracle(SlowWeights weights, EventReader<Trip> reader) {
    Schema schema = weights.schema();
    return new Oracle(SlowModel.of(weights), schema, weights.inputs(schema), reader);
  }

  private static Schema withPrior() {
    return Schema.of(
        Trips.schema().fields(),
        new Target.Classes("outcome", Trips.OUTCOMES, new Prior(List.of(0.1, 0.6, 0.3), 4)));
  }

  /** Adds both memories to a job, with small keys. */
  public FastWeightPair<Trip> on(FastWeightPair<Trip> builder) {
    if (firstWeights != null) {
      builder.weights(firstWeights, secondWeights);
    }
    return builder
        .key("key", Trip::key)
        .key("user", trip -> trip.user)
        .schema(schema, Trips::read)
        .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM)
        .set(FastWeightOptions.ASSOCIATIVE_BETAS, List.of(0.4, 0.1))
        .set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, stepSizes)
        .set(FastWeightOptions.ASSOCIATIVE_SEED, SEED);
  }

  private Oracle oracle(Schema schema, EventReader<Trip> reader) {
    AssociativeMemory model =
        new AssociativeMemory(
            KEY_DIM,
            2,
            Trips.OUTCOMES.size(),
            new float[] {0.4f, 0.1f},
            Normalisation.UNIT,
            stepSizes == StepSizes.PER_ROW ? UpdateRule.PRECONDITIONED : UpdateRule.DELTA);
    InputEncoder inputs = InputEncoder.projection(schema, model.inputDim(), SEED);
    return new Oracle(model, schema, inputs, reader);
  }

  /** Without the user, and with the first answer. */
  private Schema secondSchema() {
    List<Field> fields = new ArrayList<>(Trips.schema().fields());
    fields.remove(1);
    for (int i = 0; i < Trips.OUTCOMES.size(); i++) {
      fields.add(new Field.Numeric("outcome of the first key " + i, 0.5, 1));
    }
    double events = schema.target().prior() == null ? 0 : schema.target().prior().events();
    return Schema.of(fields, new Residual("outcome", Trips.OUTCOMES.size(), 1, events));
  }

  private void readSecond(Trip trip, RawEvent event) {
    event.timestamp(trip.time).set(0, trip.place).set(1, trip.distance);
    float[] left = new float[answered.values().length];
    for (int i = 0; i < left.length; i++) {
      event.set(4 + i, answered.values()[i]);
      left[i] = (trip.ask ? 0 : Trips.target(trip)[i]) - answered.values()[i];
    }
    if (trip.ask) {
      event.ask();
    } else {
      event.target(left);
    }
  }

  /** All fields, and the logits of the first answer. */
  private void readStage(Trip trip, RawEvent event) {
    Trips.read(trip, event);
    for (int i = 0; i < answered.values().length; i++) {
      double p = Math.max(1e-6, Math.min(1 - 1e-6, answered.values()[i]));
      event.set(5 + i, StrictMath.log(p / (1 - p)));
    }
  }

  /** Sets the ttl of keys and the half-life of memories, in milliseconds; 0 for none. */
  public PairOracle fading(long ttl, long halfLife) {
    for (Oracle memory : List.of(first, second)) {
      memory.ttl(ttl == 0 ? Long.MAX_VALUE : ttl).halfLife(halfLife);
    }
    return this;
  }

  /** The answers to a stream in event time, whatever its order. */
  public List<String> answers(List<Trip> trips) {
    List<String> lines = new ArrayList<>();
    List<Prediction<Trip>> taken = new ArrayList<>();
    for (Trip trip : trips.stream().sorted(Comparator.comparingLong(t -> t.time)).toList()) {
      Prediction<Trip> prediction = first.predict(trip);
      if (prediction == null) {
        lines.add(Answers.refusal(trip));
      } else {
        taken.add(prediction);
      }
    }
    for (Prediction<Trip> prediction : taken.stream().sorted(SECOND_ORDER).toList()) {
      lines.add(line(prediction));
    }
    return Answers.sorted(lines);
  }

  private String line(Prediction<Trip> prediction) {
    answered = prediction;
    Trip trip = prediction.event();
    Prediction<Trip> residual = second.predict(keyedByUser(trip));
    if (firstWeights != null) {
      return Answers.line(
          trip, trip.time, prediction.observed(), residual.values(), residual.recallError());
    }
    float[] values = new float[residual.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = prediction.values()[i] + residual.values()[i];
    }
    float[] probabilities = new float[values.length];
    if (schema.target().prior() == null) {
      schema.target().predict(values, 0, false, probabilities);
    } else {
      schema.target().prior().bound(values, prediction.seen() + residual.seen(), probabilities);
    }
    return Answers.line(
        trip, trip.time, prediction.observed(), probabilities, residual.recallError());
  }

  private static Trip keyedByUser(Trip trip) {
    Trip other = new Trip(trip.id, trip.user, trip.time);
    other.ask = trip.ask;
    other.place = trip.place;
    other.user = trip.user;
    other.distance = trip.distance;
    other.outcome = trip.outcome;
    return other;
  }
}
