package io.fastweights.operator;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.OptionNames;
import io.fastweights.operator.api.OptionRanges;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.refresh.ModelChecker;
import io.fastweights.operator.runtime.EventTimeSorterFactory;
import io.fastweights.operator.runtime.FastWeightOperator;
import io.fastweights.operator.runtime.FastWeightOperatorFactory;
import io.fastweights.operator.runtime.RefreshedOperatorFactory;
import io.fastweights.operator.scoring.Beside;
import io.fastweights.operator.scoring.ErrorRating;
import io.fastweights.operator.scoring.Loss;
import io.fastweights.operator.scoring.Scorer;
import io.fastweights.operator.scoring.ShadowScorer;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

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
  private static final int MOST_KEY_GROUPS = KeyGroupRangeAssignment.UPPER_BOUND_MAX_PARALLELISM;

  private final KeyedStream<T, ?> stream;
  private final Configuration options = new Configuration();
  private Schema schema;
  private EventReader<T> reader;
  private SlowWeights weights;
  private int vectorTargetDim;
  private Duration allowedLateness;
  private EventTimeSorterFactory.Ties<T> ties;
  private boolean afterSorter;
  private DataStream<ModelUpdate> updates;
  private boolean shadowed;
  private SlowWeights candidate;
  private DataStream<ModelUpdate> candidates;
  private Beside<T> beside;
  private String name = "fast-weights";
  private String uid;
  private int parallelism = ExecutionConfig.PARALLELISM_DEFAULT;
  private int maxParallelism;

  private FastWeights(KeyedStream<T, ?> stream) {
    this.stream = stream;
  }

  /** A memory for each key of this stream. */
  public static <T> FastWeights<T> on(KeyedStream<T, ?> stream) {
    return new FastWeights<>(stream);
  }

  /** A memory for each key of events that have two: {@link FastWeightPair#key} names them. */
  public static <T> FastWeightPair<T> on(DataStream<T> stream) {
    return new FastWeightPair<>(stream);
  }

  /** Settings for builders over other streams, see {@link #over}. */
  static <T> FastWeights<T> settings() {
    return new FastWeights<>(null);
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
    schema = value;
    reader = eventReader;
    return this;
  }

  /**
   * Events are vectors: the reader calls {@link
   * io.fastweights.kernels.schema.RawEvent#vector(float[])} with the model's input, and for an
   * associative memory {@link io.fastweights.kernels.schema.RawEvent#target(float[])}.
   *
   * @param targetDim floats of a target; 0 if the weights' model takes none
   */
  public FastWeights<T> vectors(int targetDim, EventReader<T> eventReader) {
    vectorTargetDim = targetDim;
    schema = null;
    reader = eventReader;
    return this;
  }

  /** The trained model; without it an associative memory learns from zero. */
  public FastWeights<T> weights(SlowWeights value) {
    weights = value;
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
    if (lateness.isNegative() || lateness.compareTo(MOST_LATENESS) > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "allowed lateness is %s, must be in 0 ... %s", lateness, MOST_LATENESS));
    }
    allowedLateness = lateness;
    return this;
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

  /** Sets the ends of the operator's name and uid. */
  FastWeights<T> named(String nameEnd, String uidEnd) {
    name = name + nameEnd;
    uid = uid == null ? null : uid + uidEnd;
    return this;
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
    updates = modelUpdates;
    return this;
  }

  /**
   * Lets a candidate predict and learn beside the live weights, with its own memories, which start
   * empty: {@link FastWeightStream#shadow()}. It does not affect the live predictions.
   */
  public FastWeights<T> shadow(SlowWeights weightsOfCandidate) {
    shadowed = true;
    candidate = weightsOfCandidate;
    return this;
  }

  /**
   * The same with candidates that arrive while the job runs, as with {@link #refresh}. Until the
   * first one arrives, the candidate is that of {@link #shadow(SlowWeights)}, or the job's own
   * weights.
   */
  public FastWeights<T> shadow(DataStream<ModelUpdate> candidateUpdates) {
    shadowed = true;
    candidates = candidateUpdates;
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
    options.set(option, value);
    return this;
  }

  /** Sets whether predictions carry the event's vector, see {@link Prediction#embedding()}. */
  public FastWeights<T> embedding(boolean value) {
    return set(FastWeightOptions.EMBEDDING, value);
  }

  /** The operator's name in the job graph. */
  public FastWeights<T> name(String value) {
    name = value;
    return this;
  }

  /**
   * The operator's uid, to which a savepoint's memories belong. The uids of the operators beside it
   * are derived from it.
   */
  public FastWeights<T> uid(String value) {
    uid = value;
    return this;
  }

  /** Parallelism of the operator and of those beside it; the job's by default. */
  public FastWeights<T> parallelism(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("parallelism is " + value + ", must be at least 1");
    }
    parallelism = value;
    return this;
  }

  /**
   * Maximum parallelism of the operator and of those beside it; the job's by default. Restored
   * state keeps its number of key groups.
   */
  public FastWeights<T> maxParallelism(int value) {
    if (value < 1 || value > MOST_KEY_GROUPS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "maxParallelism is %d, must be in 1 ... %d", value, MOST_KEY_GROUPS));
    }
    maxParallelism = value;
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

  /** A builder with the same settings over another stream. */
  <S> FastWeights<S> over(KeyedStream<S, ?> other, EventReader<S> otherReader) {
    FastWeights<S> copy = new FastWeights<>(other);
    copy.options.addAll(options);
    copy.schema = schema;
    copy.reader = otherReader;
    copy.weights = weights;
    copy.vectorTargetDim = vectorTargetDim;
    copy.allowedLateness = allowedLateness;
    copy.updates = updates;
    copy.shadowed = shadowed;
    copy.candidate = candidate;
    copy.candidates = candidates;
    copy.name = name;
    copy.uid = uid;
    copy.parallelism = parallelism;
    copy.maxParallelism = maxParallelism;
    return copy;
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
    requireUid();
    Configuration chosen = options(job);
    ModelSpec spec =
        new ModelSpec(schema == null ? null : SchemaJson.write(schema), weights, vectorTargetDim);
    EventModel model = spec.create(chosen);
    SingleOutputStreamOperator<CheckedWeights> checked =
        updates == null ? null : checked(new ModelChecker(spec, chosen, model));
    return build(stream, spec, chosen, checked);
  }

  private void requireUid() {
    for (Transformation<?> other : stream.getExecutionEnvironment().getTransformations()) {
      if (uid != null && uid.equals(other.getUid())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "uid '%s' is that of the operator '%s' already: each builder needs its own",
                uid,
                other.getName()));
      }
    }
  }

  /** A single subtask checks new weights. */
  private SingleOutputStreamOperator<CheckedWeights> checked(ModelChecker checker) {
    SingleOutputStreamOperator<CheckedWeights> checked =
        updates.global().process(checker, ModelChecker.CHECKED);
    checked.name(name + StoredNames.CHECKER_UID);
    if (uid != null) {
      checked.uid(uid + StoredNames.CHECKER_UID);
    }
    // No maximum parallelism: a chained sink would need the same one.
    return checked.setParallelism(1);
  }

  /**
   * @param models new weights; null if there are none
   */
  private <K> FastWeightStream<T> build(
      KeyedStream<T, K> events,
      ModelSpec spec,
      Configuration chosen,
      SingleOutputStreamOperator<CheckedWeights> models) {
    TypeInformation<T> element = events.getType();
    OutputTag<Malformed<T>> malformed = new OutputTag<>("malformed", Malformed.type(element));
    FastWeightOperatorFactory<T> factory =
        new FastWeightOperatorFactory<>(
            spec,
            allowedLateness != null,
            events.getExecutionEnvironment().clean(reader),
            chosen,
            malformed,
            serializer(element));
    SideOutputDataStream<T> late = null;
    KeyedStream<T, K> ordered = events;
    if (allowedLateness != null) {
      OutputTag<T> lateTag = new OutputTag<>("late", element);
      SingleOutputStreamOperator<T> sorted =
          transform(
              events,
              name + "-event-time",
              element,
              new EventTimeSorterFactory<>(
                  allowedLateness, ties, afterSorter, lateTag, serializer(element)));
      settle(sorted, StoredNames.SORTER_UID);
      late = sorted.getSideOutput(lateTag);
      ordered = rekeyed(sorted, events.getKeySelector(), events.getKeyType(), models == null);
    }
    SingleOutputStreamOperator<Prediction<T>> predictions =
        models == null
            ? transform(ordered, name, Prediction.type(element), factory)
            : ordered
                .connect(models.broadcast())
                .transform(name, Prediction.type(element), new RefreshedOperatorFactory<>(factory));
    settle(predictions, "");
    return new FastWeightStream<>(
        predictions,
        malformed,
        late,
        models == null ? null : models.getSideOutput(ModelChecker.REFUSED),
        () -> scored(predictions, events, chosen),
        () -> anomalies(predictions, events, chosen),
        shadowed ? shadow(predictions, events, chosen) : null);
  }

  private static <I, O> SingleOutputStreamOperator<O> transform(
      KeyedStream<I, ?> events,
      String name,
      TypeInformation<O> type,
      OneInputStreamOperatorFactory<I, O> factory) {
    try {
      return events.transform(name, type, factory);
    } catch (ClassCastException e) {
      // Flink does not expose whether a stream is asynchronous.
      throw new IllegalArgumentException(
          "the stream has enableAsyncState(), and memories are in synchronous state: leave it out",
          e);
    }
  }

  /** After the operator: a candidate gets the events that the live weights have answered. */
  private <K> FastWeightShadow<T> shadow(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      KeyedStream<T, K> events,
      Configuration chosen) {
    requireTarget();
    FastWeights<Prediction<T>> shadow =
        over(
            byKeyOfEvent(predictions, events, candidates == null),
            new FastWeightShadow.Reader<>(reader));
    shadow.name = name + "-shadow";
    shadow.uid = uid == null ? null : uid + StoredNames.SHADOW_UID;
    shadow.weights = candidate == null ? weights : candidate;
    shadow.updates = candidates;
    shadow.allowedLateness = null;
    shadow.shadowed = false;
    FastWeightStream<Prediction<T>> answers = shadow.build();
    KeySelector<T, K> key = events.getKeySelector();
    SingleOutputStreamOperator<Compared<T>> compared =
        rekeyed(
                answers.predictions(),
                answer -> key.getKey(answer.event().event()),
                events.getKeyType(),
                true)
            .process(
                new ShadowScorer<K, T>(Loss.of(target()), chosen), Compared.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    shadow.settle(compared, StoredNames.SCORER_UID);
    return new FastWeightShadow<>(answers, compared);
  }

  private static <T, K> KeyedStream<Prediction<T>, K> byKeyOfEvent(
      DataStream<Prediction<T>> predictions, KeyedStream<T, K> events, boolean chained) {
    KeySelector<T, K> key = events.getKeySelector();
    return rekeyed(
        predictions, prediction -> key.getKey(prediction.event()), events.getKeyType(), chained);
  }

  /**
   * A stream that is already partitioned by its keys. If the next operator is not chained, the
   * stream must be partitioned again: schedulers and autoscalers give each vertex a parallelism of
   * its own, and between two that differ Flink deals the records of a forward edge out in turn
   * (FLINK-30213).
   *
   * @param chained true if Flink can chain the next operator, which has one input
   */
  static <S, K> KeyedStream<S, K> rekeyed(
      DataStream<S> partitioned, KeySelector<S, K> key, TypeInformation<K> type, boolean chained) {
    return chained && partitioned.getExecutionEnvironment().isChainingEnabled()
        ? DataStreamUtils.reinterpretAsKeyedStream(partitioned, key, type)
        : partitioned.keyBy(key, type);
  }

  /** True if the builder's first operator has one input and so can be chained. */
  boolean beginsWithOneInput() {
    return allowedLateness != null || updates == null;
  }

  private void requireTarget() {
    if (schema == null ? vectorTargetDim == 0 : schema.target() == null) {
      throw new IllegalStateException("there is nothing to score: events have no target");
    }
  }

  private Target target() {
    return schema == null ? null : schema.target();
  }

  /** Scores predictions that are partitioned by the keys of the builder's stream. */
  SingleOutputStreamOperator<Scored<T>> scored(
      SingleOutputStreamOperator<Prediction<T>> predictions) {
    return scored(
        predictions, stream, options(stream.getExecutionEnvironment().getConfiguration()));
  }

  /** After the operator, chained to it: a key's predictions stay in the subtask of its events. */
  private <K> SingleOutputStreamOperator<Scored<T>> scored(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      KeyedStream<T, K> events,
      Configuration chosen) {
    requireTarget();
    Target target = target();
    boolean isNumber = target instanceof Target.Number;
    boolean constant = isNumber && ((Target.Number) target).statistics() == Statistics.GIVEN;
    double deviation = constant ? ((Target.Number) target).deviation() : isNumber ? 0 : 1;
    SingleOutputStreamOperator<Scored<T>> scored =
        byKeyOfEvent(predictions, events, true)
            .process(
                new Scorer<K, T>(Loss.of(target), deviation, chosen, beside),
                Scored.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    settle(scored, StoredNames.SCORER_UID);
    return scored;
  }

  /** After the operator, chained to it as {@link #scored} is. */
  private <K> SingleOutputStreamOperator<Anomaly<T>> anomalies(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      KeyedStream<T, K> events,
      Configuration chosen) {
    requireTarget();
    SingleOutputStreamOperator<Anomaly<T>> anomalies =
        byKeyOfEvent(predictions, events, true)
            .process(
                new ErrorRating<K, T>(target() instanceof Target.Number, chosen),
                Anomaly.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    settle(anomalies, StoredNames.ANOMALY_UID);
    return anomalies;
  }

  private TypeSerializer<T> serializer(TypeInformation<T> element) {
    return element.createSerializer(stream.getExecutionConfig().getSerializerConfig());
  }

  /** Sets the name, uid and parallelism of an operator of the builder. */
  void settle(SingleOutputStreamOperator<?> operator, String suffix) {
    operator.name(name + suffix);
    if (uid != null) {
      operator.uid(uid + suffix);
    }
    if (parallelism != ExecutionConfig.PARALLELISM_DEFAULT) {
      operator.setParallelism(parallelism);
    }
    if (maxParallelism > 0) {
      operator.setMaxParallelism(maxParallelism);
    }
  }

  private Configuration options(ReadableConfig job) {
    OptionNames.check(job, options);
    Configuration chosen = new Configuration();
    FastWeightOptions.all().forEach(option -> choose(option, job, chosen));
    OptionRanges.check(chosen);
    return chosen;
  }

  private <V> void choose(ConfigOption<V> option, ReadableConfig job, Configuration chosen) {
    options
        .getOptional(option)
        .or(() -> job.getOptional(option))
        .ifPresent(value -> chosen.set(option, value));
  }
}
