package io.fastweights.operator;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.runtime.EventTimeSorterFactory;
import io.fastweights.operator.runtime.FastWeightOperator;
import io.fastweights.operator.scoring.Beside;
import io.fastweights.operator.scoring.RatedError;
import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Gives every key of a stream a memory that learns:
 *
 * <pre>{@code
 * DataStream<Prediction<Flight>> predictions =
 *     FastWeights.on(flights.keyBy(Flight::origin))
 *         .schema(schema, (flight, event) -> event
 *             .timestamp(flight.departure())
 *             .set("destination", flight.destination())
 *             .target(flight.late()))
 *         .build()
 *         .predictions();
 * }</pre>
 *
 * Without {@link #weights} the model is an associative memory, which needs no training.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
public final class FastWeights<T> {
  private static final Duration MOST_LATENESS = Duration.ofDays(365);

  private final KeyedStream<T, ?> stream;

  // Read by the operators' graph.
  final MemorySettings settings;
  EventReader<T> reader;
  EventTimeSorterFactory.Ties<T> ties;
  boolean afterSorter;
  Beside<T> beside;

  /** A builder over a stream of the package's own, with settings that may be another's too. */
  FastWeights(KeyedStream<T, ?> stream, MemorySettings settings) {
    this.stream = stream;
    this.settings = settings;
  }

  /** A memory for each key of this stream. */
  public static <T> FastWeights<T> on(KeyedStream<T, ?> stream) {
    return new FastWeights<>(stream, new MemorySettings(new Configuration(), Placement.DEFAULT));
  }

  /** A memory for each key of events that have two: {@link FastWeightPair#key} names them. */
  public static <T> FastWeightPair<T> on(DataStream<T> stream) {
    return new FastWeightPair<>(stream);
  }

  /**
   * Events have the fields of a schema; the reader fills them from an element.
   *
   * @throws IllegalArgumentException if the schema is null: {@link #vectors} are events without one
   */
  public FastWeights<T> schema(Schema value, EventReader<T> eventReader) {
    if (value == null) {
      throw new IllegalArgumentException(
          "the schema is null; vectors(...) takes events that have none");
    }
    settings.schema = value;
    return reader(eventReader);
  }

  /**
   * Events are vectors: the reader calls {@link
   * io.fastweights.kernels.schema.RawEvent#vector(float[])} with the model's input, and for an
   * associative memory {@link io.fastweights.kernels.schema.RawEvent#target(float[])}.
   *
   * @param targetDim floats of a target; 0 if the weights' model takes none
   */
  public FastWeights<T> vectors(int targetDim, EventReader<T> eventReader) {
    settings.vectorTargetDim = targetDim;
    settings.schema = null;
    return reader(eventReader);
  }

  /** Sets the reader of events that the settings know already. */
  FastWeights<T> reader(EventReader<T> value) {
    reader = value;
    return this;
  }

  /** The trained model; without it an associative memory learns from zero. */
  public FastWeights<T> weights(SlowWeights value) {
    settings.weights = value;
    return this;
  }

  /**
   * Processes the events of a key in time order, not in arrival order. An event waits in state
   * until the watermark has passed it by the allowed lateness; the output watermarks are held back
   * by as much. A later event goes to {@link FastWeightStream#late()}. Events of one key and time
   * keep the order of their arrival. An event without a timestamp goes to {@link
   * FastWeightStream#malformed()}.
   *
   * <p>The time is the stream's timestamp: a reader that sets another one may see its events
   * refused as out of order.
   *
   * @param lateness in addition to that of the stream's watermarks; 0 for none
   */
  public FastWeights<T> eventTime(Duration lateness) {
    settings.allowedLateness = checked(lateness);
    return this;
  }

  /** The allowed lateness, if it is in its range. */
  static Duration checked(Duration lateness) {
    if (lateness.isNegative() || lateness.compareTo(MOST_LATENESS) > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "allowed lateness is %s, must be in 0 ... %s", lateness, MOST_LATENESS));
    }
    return lateness;
  }

  /** Sets which of a key's events with the same time comes first. */
  FastWeights<T> ties(EventTimeSorterFactory.Ties<T> first) {
    ties = first;
    return this;
  }

  /** The stream comes from a memory in event time: no event of it is behind its watermark. */
  FastWeights<T> afterSorter(EventTimeSorterFactory.Ties<T> first) {
    afterSorter = true;
    return ties(first);
  }

  /**
   * Accepts new weights while the job runs. A file is read and checked once. If it is valid, every
   * subtask uses it from a batch boundary on, and every later checkpoint contains it. If not,
   * {@link FastWeightStream#refusedModels()} gives the reason, and the previous weights stay in
   * use. Memories stay if they fit the new weights; if not, see {@link ModelUpdate.OtherShape}.
   *
   * <p>A restored job uses the weights of its checkpoint, not {@link #weights}. The stream's
   * watermarks do not matter; checkpoints are aligned at the operator.
   *
   * @param modelUpdates a stream of few elements; their versions must rise
   */
  public FastWeights<T> refresh(DataStream<ModelUpdate> modelUpdates) {
    settings.updates = modelUpdates;
    return this;
  }

  /**
   * Lets a candidate predict and learn beside the live weights, with its own memories, which start
   * empty: {@link FastWeightStream#shadow()}. It does not affect the live predictions.
   */
  public FastWeights<T> shadow(SlowWeights weightsOfCandidate) {
    settings.shadowed = true;
    settings.candidate = weightsOfCandidate;
    return this;
  }

  /**
   * The same with candidates that arrive while the job runs, as with {@link #refresh}. Until the
   * first one arrives, the candidate is that of {@link #shadow(SlowWeights)}, or the job's own
   * weights.
   */
  public FastWeights<T> shadow(DataStream<ModelUpdate> candidateUpdates) {
    settings.shadowed = true;
    settings.candidates = candidateUpdates;
    return this;
  }

  /**
   * Sets the items that are ranked for events without {@linkplain
   * io.fastweights.kernels.schema.RawEvent#candidates candidates} of their own, where the schema's
   * target is an item. Each event then takes one addition for every item and eight floats.
   *
   * @param ids at most 1,048,576, none of them blank
   */
  public FastWeights<T> catalogue(Collection<String> ids) {
    settings.catalogue = ids == null ? null : ids.toArray(new String[0]);
    return this;
  }

  /** Guesses that {@link FastWeightStream#scored()} scores beside the predictions. */
  @Internal
  public FastWeights<T> beside(Beside<T> guesses) {
    beside = guesses;
    return this;
  }

  /** Sets one of {@link FastWeightOptions}. */
  public <V> FastWeights<T> set(ConfigOption<V> option, V value) {
    settings.options.set(option, value);
    return this;
  }

  /** Sets whether predictions carry the event's vector, see {@link Prediction#embedding()}. */
  public FastWeights<T> embedding(boolean value) {
    return set(FastWeightOptions.EMBEDDING, value);
  }

  /** The operator's name in the job graph. */
  public FastWeights<T> name(String value) {
    settings.placement = settings.placement.withName(value);
    return this;
  }

  /**
   * The operator's uid, to which a savepoint's memories belong. The uids of the operators beside it
   * are derived from it.
   */
  public FastWeights<T> uid(String value) {
    settings.placement = settings.placement.withUid(value);
    return this;
  }

  /** Parallelism of the operator and of those beside it; the job's by default. */
  public FastWeights<T> parallelism(int value) {
    settings.placement = settings.placement.withParallelism(value);
    return this;
  }

  /**
   * Maximum parallelism of the operator and of those beside it; the job's by default. Restored
   * state keeps its number of key groups.
   */
  public FastWeights<T> maxParallelism(int value) {
    settings.placement = settings.placement.withMaxParallelism(value);
    return this;
  }

  /**
   * Adds the operator to the job, over two streams with keys of the same type: this builder's
   * stream asks, the other one observes. A reader may override this for an event. In {@link
   * #eventTime event time} a question comes before facts with the same timestamp.
   *
   * @param facts stream that the memories learn from
   * @param factReader reads a fact as an event of the same schema, observed
   * @throws IllegalArgumentException as {@link #build} does, or if the keys' types differ
   * @throws IllegalStateException if the job is set to BATCH execution
   */
  public <F> FastWeightJoin<T, F> buildWithFacts(
      KeyedStream<F, ?> facts, EventReader<F> factReader) {
    requireReader();
    return FastWeightJoin.of(this, stream, reader, facts, factReader);
  }

  /** The builder of the candidate, which gets the events that the live weights have answered. */
  FastWeights<Prediction<T>> ofCandidate(KeyedStream<Prediction<T>, ?> answered) {
    Placement beside = settings.placement.beside("-shadow", StoredNames.SHADOW_UID);
    FastWeights<Prediction<T>> shadow =
        new FastWeights<>(answered, new MemorySettings(settings.options, beside));
    EventReader<Prediction<T>> answers = new FastWeightShadow.Reader<>(reader);
    if (settings.schema == null) {
      shadow.vectors(settings.vectorTargetDim, answers);
    } else {
      shadow.schema(settings.schema, answers);
    }
    return shadow
        .weights(settings.candidate == null ? settings.weights : settings.candidate)
        .refresh(settings.candidates);
  }

  private void requireReader() {
    if (reader == null) {
      throw new IllegalArgumentException("schema(...) or vectors(...) must say what an event is");
    }
  }

  /**
   * Adds the operator to the job.
   *
   * @throws IllegalArgumentException if an option is out of its range or unknown, the weights do
   *     not fit the schema, the uid is that of another operator, or a part of the keys has a hash
   *     code that differs between JVMs: an enum, an array, or a type that Kryo serializes
   * @throws IllegalStateException if the job is set to BATCH execution
   */
  public FastWeightStream<T> build() {
    ReadableConfig job = stream.getExecutionEnvironment().getConfiguration();
    if (job.get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH) {
      throw new IllegalStateException(FastWeightOperator.NO_BATCH);
    }
    requireReader();
    KeyTypes.check(stream.getKeyType());
    settings.placement.requireFreeUid(stream.getExecutionEnvironment());
    Configuration chosen = settings.chosen(job);
    settings.requireWeightsFit();
    ModelSpec spec = settings.spec();
    return new OperatorGraph<>(this, stream, chosen).add(spec, spec.create(chosen));
  }

  /** True if the builder's first operator has one input and so can be chained. */
  boolean beginsWithOneInput() {
    return settings.allowedLateness != null || settings.updates == null;
  }

  /** Scores predictions that are partitioned by the keys of the builder's stream. */
  SingleOutputStreamOperator<Scored<T>> scored(DataStream<Prediction<T>> predictions) {
    Configuration chosen = settings.chosen(stream.getExecutionEnvironment().getConfiguration());
    return new OperatorGraph<>(this, stream, chosen).scored(predictions);
  }

  /**
   * Rates the errors of predictions that are partitioned by the keys of the builder's stream.
   *
   * @param error null for that of the target
   */
  SingleOutputStreamOperator<Anomaly<T>> anomalies(
      DataStream<Prediction<T>> predictions, RatedError<T> error) {
    Configuration chosen = settings.chosen(stream.getExecutionEnvironment().getConfiguration());
    return new OperatorGraph<>(this, stream, chosen).anomalies(predictions, error);
  }
}
