package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.InTimeOrder;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeightPair;
import io.fastweights.operator.FastWeightPairStream;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.scoring.Beside;
import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * From a source to predictions: events, a memory for each key; two memories, one after the other,
 * where events have two keys. The options of the memories are those of the environment.
 *
 * @param predictions one for each event that was taken
 * @param rejected every other event
 * @param refusedModels new weights that were refused; null if there are none
 * @param drifts changes for the worse; null if the predictions are not scored
 * @param anomalies the predictions with the ratings of their errors; null if errors are not rated
 * @param compared the predictions of the shadow beside those that serve; null without a shadow
 */
public record EventPipeline(
    DataStream<Prediction<Event>> predictions,
    DataStream<Rejected> rejected,
    DataStream<RefusedModel> refusedModels,
    DataStream<Drift> drifts,
    DataStream<Anomaly<Event>> anomalies,
    DataStream<Compared<Event>> compared) {

  /** Uid of the operator that keeps the memories. */
  public static final String MEMORIES = "fast-weights";

  /** Uid of the operator that keeps the memories of second keys. */
  static final String SECOND_MEMORIES = MEMORIES + StoredNames.SECOND_UID;

  /**
   * @param weights the trained model; null for an associative memory
   */
  public static EventPipeline build(
      StreamExecutionEnvironment environment,
      EventSource source,
      Schema schema,
      SlowWeights weights) {
    return build(environment, source, schema, weights, null, null);
  }

  /**
   * @param weights the trained model; null for an associative memory
   * @param arriving new weights while the job runs; null for none
   * @param prequential measures of the predictions; null for none
   */
  public static EventPipeline build(
      StreamExecutionEnvironment environment,
      EventSource source,
      Schema schema,
      SlowWeights weights,
      NewWeights arriving,
      Prequential prequential) {
    return build(environment, source, new JobModel(schema, weights), arriving, prequential, false);
  }

  /**
   * @param model of the memories, of one key or of two
   * @param arriving new weights while the job runs; null for none
   * @param prequential measures of the predictions; null for none
   * @param rated true if the errors of predictions are rated
   */
  public static EventPipeline build(
      StreamExecutionEnvironment environment,
      EventSource source,
      JobModel model,
      NewWeights arriving,
      Prequential prequential,
      boolean rated) {
    Schema schema = model.schema();
    model.requireCandidates();
    if (rated) {
      requireTarget(schema);
    }
    SingleOutputStreamOperator<Event> events = source.events(environment, schema);
    DataStream<Event> taken = prequential == null ? events : prequential.guessed(events);
    if (schema.secondKey() != null) {
      if (arriving != null) {
        JobModel.requireOneKey(
            schema, "weights that arrive while the job runs take", JobModel.RESTART);
      }
      return ofTwoKeys(events, taken, source, model, prequential, rated);
    }
    FastWeightStream<Event> memories = memories(taken, source, model, arriving, prequential);
    // Its operator scores the predictions, though no sink follows.
    DataStream<Drift> drifts = prequential == null ? null : memories.drift();
    DataStream<Rejected> rejected =
        events.getSideOutput(Rejected.TAG).union(refused(memories.malformed()));
    return new EventPipeline(
        memories.predictions(),
        source.lateness() == null ? rejected : rejected.union(late(memories.late())),
        arriving == null ? null : refusedModels(memories, arriving),
        drifts,
        rated ? memories.anomalies() : null,
        shadowed(arriving) ? memories.shadow().compared() : null);
  }

  private static boolean shadowed(NewWeights arriving) {
    return arriving != null && arriving.candidates() != null;
  }

  private static DataStream<RefusedModel> refusedModels(
      FastWeightStream<Event> memories, NewWeights arriving) {
    return shadowed(arriving)
        ? memories.refusedModels().union(memories.shadow().refusedModels())
        : memories.refusedModels();
  }

  private static void requireTarget(Schema schema) {
    if (schema.target() == null) {
      throw new IllegalArgumentException("anomalies need a target, and the schema has none");
    }
  }

  private static DataStream<Rejected> refused(DataStream<Malformed<Event>> malformed) {
    return malformed
        .map(event -> Rejected.of(event.event(), event.reason()))
        .returns(TypeInformation.of(Rejected.class))
        .name("refused")
        .uid("refused");
  }

  /** A partition that had been idle goes on behind the others, and its events are late. */
  private static DataStream<Rejected> late(DataStream<Event> late) {
    return late.map(event -> Rejected.of(event, passed(event)))
        .returns(TypeInformation.of(Rejected.class))
        .name("late")
        .uid("late");
  }

  private static String passed(Event event) {
    return "time is "
        + Instant.ofEpochMilli(event.timestamp())
        + ", and the other partitions have gone past it: this one had no events for longer than"
        + " source.kafka.idle-timeout";
  }

  private static EventPipeline ofTwoKeys(
      SingleOutputStreamOperator<Event> events,
      DataStream<Event> taken,
      EventSource source,
      JobModel model,
      Prequential prequential,
      boolean rated) {
    OrderedEvents ordered = inTime(events, taken, source);
    FastWeightPairStream<Event> memories =
        pair(ordered.events(), source, model, beside(prequential, events));
    DataStream<Drift> drifts = prequential == null ? null : memories.drift();
    DataStream<Rejected> rejected = ordered.rejected().union(refused(memories.malformed()));
    if (source.lateness() != null) {
      rejected = rejected.union(late(memories.late()));
    }
    return new EventPipeline(
        memories.predictions(), rejected, null, drifts, rated ? memories.anomalies() : null, null);
  }

  /**
   * Events in the order of their times.
   *
   * @param rejected other events, among them those that are too late
   */
  private record OrderedEvents(DataStream<Event> events, DataStream<Rejected> rejected) {}

  private static OrderedEvents inTime(
      SingleOutputStreamOperator<Event> events, DataStream<Event> taken, EventSource source) {
    DataStream<Rejected> rejected = events.getSideOutput(Rejected.TAG);
    if (source.sorted() || source.lateness() != null) {
      return new OrderedEvents(source.sorted() ? timed(taken) : taken, rejected);
    }
    SingleOutputStreamOperator<Event> inOrder =
        taken
            .process(new InTimeOrder())
            .returns(TypeInformation.of(Event.class))
            .name("in-time-order")
            .uid("in-time-order")
            .setParallelism(1);
    return new OrderedEvents(
        timed(inOrder, WatermarkStrategy.forMonotonousTimestamps()),
        rejected.union(inOrder.getSideOutput(Rejected.TAG)));
  }

  /**
   * A memory for each first key and one for each second key, in event time.
   *
   * @param events of the source
   * @param rejected takes the stream of the events that are not taken
   */
  public static FastWeightPairStream<Event> pair(
      SingleOutputStreamOperator<Event> events,
      EventSource source,
      JobModel model,
      Consumer<DataStream<Rejected>> rejected) {
    OrderedEvents ordered = inTime(events, events, source);
    rejected.accept(ordered.rejected());
    return pair(ordered.events(), source, model, (Beside<Event>) null);
  }

  private static FastWeightPairStream<Event> pair(
      DataStream<Event> timed, EventSource source, JobModel model, Beside<Event> beside) {
    Schema schema = model.schema();
    int secondKey = source.columns().indexOf(schema.secondKey());
    FastWeightPair<Event> builder =
        FastWeights.on(timed)
            .key(schema.key(), Event::key, Types.STRING)
            .key(schema.secondKey(), event -> event.cells()[secondKey], Types.STRING)
            .schema(schema, new EventFields(schema, source.columns()))
            .beside(beside)
            .uid(MEMORIES);
    if (model.weights() != null) {
      builder.weights(model.weights(), model.second());
    }
    return builder.build();
  }

  /**
   * A memory for each key.
   *
   * @param source of the events
   * @param weights the trained model; null for an associative memory
   */
  public static FastWeightStream<Event> memories(
      DataStream<Event> events, EventSource source, Schema schema, SlowWeights weights) {
    return memories(events, source, new JobModel(schema, weights), null, null);
  }

  private static FastWeightStream<Event> memories(
      DataStream<Event> events,
      EventSource source,
      JobModel model,
      NewWeights arriving,
      Prequential prequential) {
    Schema schema = model.schema();
    DataStream<Event> taken = source.sorted() ? timed(events) : events;
    FastWeights<Event> builder =
        FastWeights.on(taken.keyBy(Event::key, Types.STRING))
            .schema(schema, new EventFields(schema, source.columns()))
            .weights(model.weights())
            .catalogue(model.catalogue())
            .refresh(arriving == null ? null : arriving.updates())
            .beside(beside(prequential, events))
            .uid(MEMORIES);
    if (shadowed(arriving)) {
      builder.shadow(arriving.candidates());
    }
    boolean inTime = source.sorted() || source.lateness() != null;
    return (inTime ? builder.eventTime(Duration.ZERO) : builder).build();
  }

  private static Beside<Event> beside(Prequential prequential, DataStream<Event> events) {
    return prequential == null
        ? null
        : prequential.beside(events.getExecutionEnvironment().getConfiguration());
  }

  /** Their only watermark is that of the end, which all events wait for. */
  private static DataStream<Event> timed(DataStream<Event> events) {
    return timed(events, WatermarkStrategy.noWatermarks());
  }

  private static DataStream<Event> timed(
      DataStream<Event> events, WatermarkStrategy<Event> watermarks) {
    return events
        .assignTimestampsAndWatermarks(
            watermarks.withTimestampAssigner((event, none) -> event.timestamp()))
        .uid("times")
        .setParallelism(1);
  }
}
