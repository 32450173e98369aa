package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * From a source to predictions: events, a memory for each key. The options of the memories are
 * those of the environment.
 *
 * @param predictions one for each event that was taken
 * @param rejected every other event
 * @param refusedModels new weights that were refused; null if there are none
 * @param drifts changes for the worse; null if the predictions are not scored
 */
public record EventPipeline(
    DataStream<Prediction<Event>> predictions,
    DataStream<Rejected> rejected,
    DataStream<RefusedModel> refusedModels,
    DataStream<Drift> drifts) {

  /** Uid of the operator that keeps the memories. */
  public static final String MEMORIES = "fast-weights";

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
   * @param updates new weights while the job runs; null for none
   * @param prequential measures of the predictions; null for none
   */
  public static EventPipeline build(
      StreamExecutionEnvironment environment,
      EventSource source,
      Schema schema,
      SlowWeights weights,
      DataStream<ModelUpdate> updates,
      Prequential prequential) {
    SingleOutputStreamOperator<Event> events = source.events(environment, schema);
    DataStream<Event> taken = prequential == null ? events : prequential.guessed(events);
    FastWeightStream<Event> memories =
        memories(taken, source, schema, weights, updates, prequential);
    // Its operator scores the predictions, though no sink follows.
    DataStream<Drift> drifts = prequential == null ? null : memories.drift();
    DataStream<Rejected> refused =
        memories
            .malformed()
            .map(malformed -> Rejected.of(malformed.event(), malformed.reason()))
            .returns(TypeInformation.of(Rejected.class))
            .name("refused")
            .uid("refused");
    return new EventPipeline(
        memories.predictions(),
        events.getSideOutput(Rejected.TAG).union(refused),
        updates == null ? null : memories.refusedModels(),
        drifts);
  }

  /**
   * A memory for each key.
   *
   * @param source of the events
   * @param weights the trained model; null for an associative memory
   */
  public static FastWeightStream<Event> memories(
      DataStream<Event> events, EventSource source, Schema schema, SlowWeights weights) {
    return memories(events, source, schema, weights, null, null);
  }

  private static FastWeightStream<Event> memories(
      DataStream<Event> events,
      EventSource source,
      Schema schema,
      SlowWeights weights,
      DataStream<ModelUpdate> updates,
      Prequential prequential) {
    DataStream<Event> taken = source.sorted() ? timed(events) : events;
    FastWeights<Event> builder =
        FastWeights.on(taken.keyBy(Event::key, Types.STRING))
            .schema(schema, new EventFields(schema, source.columns()))
            .weights(weights)
            .refresh(updates)
            .beside(prequential == null ? null : prequential.beside())
            .uid(MEMORIES);
    return (source.sorted() ? builder.eventTime(Duration.ZERO) : builder).build();
  }

  /** Their only watermark is that of the end, which all events wait for. */
  private static DataStream<Event> timed(DataStream<Event> events) {
    return events
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Event>noWatermarks()
                .withTimestampAssigner((event, none) -> event.timestamp()))
        .uid("times")
        .setParallelism(1);
  }
}
