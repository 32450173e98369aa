package io.fastweights.jobs.events;

import java.time.Instant;
import java.util.Locale;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Refuses events that are older than one before them. Watermarks follow the latest time, and their
 * moments depend on the clock: without this check it would depend on timing too which events are
 * late. Runs with parallelism 1.
 */
public final class InTimeOrder extends ProcessFunction<Event, Event>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  private transient long latest;
  private transient ListState<Long> state;

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("latest-time", Types.LONG));
    latest = Long.MIN_VALUE;
    for (long restored : state.get()) {
      latest = restored;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    state.add(latest);
  }

  @Override
  public void processElement(Event event, Context context, Collector<Event> out) {
    if (event.timestamp() < latest) {
      context.output(
          Rejected.TAG,
          Rejected.of(
              event,
              String.format(
                  Locale.ROOT,
                  "time is %s, before an earlier event at %s: events of two keys must be in the"
                      + " order of their times",
                  Instant.ofEpochMilli(event.timestamp()),
                  Instant.ofEpochMilli(latest))));
      return;
    }
    latest = event.timestamp();
    out.collect(event);
  }
}
