package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.Schema;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Source of a job's events. */
public interface EventSource {
  /** The names of an event's cells, in their order. */
  List<String> columns();

  /** The paths of the files, by the numbers that events have; empty where there are no files. */
  List<String> paths();

  /** Notes on the events, for the user. */
  default List<String> notes() {
    return List.of();
  }

  /** True if events are processed in time order, not in arrival order. */
  default boolean sorted() {
    return false;
  }

  /**
   * How much older than one before it in its partition an event may be, where events bring
   * watermarks and are processed in time order; null where they bring none.
   */
  default Duration lateness() {
    return null;
  }

  /**
   * True if one subtask reads the events, in the order that they are taken in: then the order of
   * the events of all keys does not depend on the parallelism.
   */
  default boolean ordered() {
    return false;
  }

  /** Bytes of all files, compressed as they are; 0 where that is not known. */
  default long bytes() {
    return 0;
  }

  /** Members of JSON events that JSON predictions keep. */
  default JsonOutput json() {
    return JsonOutput.NONE;
  }

  /** The events; malformed ones go to {@link Rejected#TAG}. */
  SingleOutputStreamOperator<Event> events(StreamExecutionEnvironment environment, Schema schema);
}
