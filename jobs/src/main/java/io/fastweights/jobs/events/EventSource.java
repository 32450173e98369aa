package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.Schema;
import java.util.List;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where a job's events come from. */
public interface EventSource {
  /** The names of an event's cells, in their order. */
  List<String> columns();

  /** The paths of the files, by the numbers that events have; empty where there are no files. */
  List<String> paths();

  /** What was found out about the events that a user must know. */
  default List<String> notes() {
    return List.of();
  }

  /** Whether events are to be taken in the order of their times, not of their arrival. */
  default boolean sorted() {
    return false;
  }

  /** What predictions that are written as JSON keep of events that were. */
  default JsonOutput json() {
    return JsonOutput.NONE;
  }

  /** The events; what is none leaves by {@link Rejected#TAG}. */
  SingleOutputStreamOperator<Event> events(StreamExecutionEnvironment environment, Schema schema);
}
