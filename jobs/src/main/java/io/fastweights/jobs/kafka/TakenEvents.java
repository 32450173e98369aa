package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on messages that are events; others, and late ones, go to {@link Rejected#TAG}. With a
 * bound on the lateness it runs with parallelism 1.
 */
final class TakenEvents extends ProcessFunction<ParsedMessage, Event>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(TakenEvents.class);

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> columns;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<String> needed;

  private final Duration lateness;

  private transient SeenColumns seen;
  private transient PartitionTimes times;

  /**
   * @param columns of the events
   * @param needed those of the schema
   * @param lateness null if events are taken as they come
   */
  TakenEvents(List<String> columns, List<String> needed, Duration lateness) {
    this.columns = List.copyOf(columns);
    this.needed = needed;
    this.lateness = lateness;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    if (lateness != null) {
      times = new PartitionTimes(lateness, context.getOperatorStateStore());
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    if (times != null) {
      times.save();
    }
  }

  @Override
  public void open(OpenContext context) {
    seen = new SeenColumns(columns, needed);
  }

  @Override
  public void close() {
    if (seen != null && seen.isLooking()) {
      seen.missing().forEach(LOG::warn);
    }
  }

  @Override
  public void processElement(ParsedMessage parsed, Context context, Collector<Event> out) {
    Message message = parsed.message();
    Event event = parsed.event();
    if (event == null) {
      context.output(
          Rejected.TAG, new Rejected(0, message.offset(), parsed.problem(), "", message));
      return;
    }
    if (seen.isLooking() && seen.add(event.cells(), parsed.leftOut())) {
      seen.missing().forEach(LOG::warn);
    }
    String late = times == null ? null : times.late(message.partition(), event.timestamp());
    if (late == null) {
      out.collect(event);
    } else {
      context.output(Rejected.TAG, Rejected.of(event, late));
    }
  }
}
