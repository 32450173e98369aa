package io.fastweights.jobs.pipeline;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Prediction;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * From files to predictions: lines, events, a memory for each key.
 *
 * @param predictions one for each event that was taken
 * @param rejected every other event
 */
public record EventPipeline(
    DataStream<Prediction<Event>> predictions, DataStream<Rejected> rejected) {

  /** Uid of the operator whose memories a savepoint keeps. */
  public static final String MEMORIES = "fast-weights";

  /**
   * @param weights the trained model; null for an associative memory
   */
  public static EventPipeline build(
      StreamExecutionEnvironment environment,
      EventFiles files,
      Schema schema,
      SlowWeights weights,
      JobOptions options) {
    SingleOutputStreamOperator<Event> events = events(environment, files, schema);
    FastWeightStream<Event> memories = memories(events, files, schema, weights, options);
    DataStream<Rejected> refused =
        memories
            .malformed()
            .map(
                malformed -> {
                  Event event = malformed.event();
                  return new Rejected(event.file(), event.line(), malformed.reason(), event.text());
                })
            .returns(TypeInformation.of(Rejected.class))
            .name("refused")
            .uid("refused");
    return new EventPipeline(
        memories.predictions(), events.getSideOutput(EventParser.REJECTED).union(refused));
  }

  /** The events in their order; those that cannot be read go to {@link EventParser#REJECTED}. */
  public static SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, EventFiles files, Schema schema) {
    // One reader: the order of the lines is the order of the events.
    return environment
        .fromSource(files.source(), WatermarkStrategy.noWatermarks(), "lines")
        .uid("lines")
        .setParallelism(1)
        .process(new EventParser(files, schema))
        .returns(TypeInformation.of(Event.class))
        .name("events")
        .uid("events")
        .setParallelism(1);
  }

  /**
   * A memory for each key.
   *
   * @param weights the trained model; null for an associative memory
   */
  public static FastWeightStream<Event> memories(
      DataStream<Event> events,
      EventFiles files,
      Schema schema,
      SlowWeights weights,
      JobOptions options) {
    return options
        .apply(FastWeights.on(events.keyBy(Event::key, Types.STRING)))
        .schema(schema, new EventFields(schema, files.columns()))
        .weights(weights)
        .uid(MEMORIES)
        .build();
  }
}
