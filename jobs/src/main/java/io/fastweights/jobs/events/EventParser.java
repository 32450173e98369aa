package io.fastweights.jobs.events;

import io.fastweights.jobs.events.EventFiles.EventFile;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.time.RepeatedHour;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Parses lines into events; those it cannot read go to {@link Rejected#TAG}. Its state holds each
 * key's local time in the hour repeated in autumn: empty except on that day.
 */
public final class EventParser extends ProcessFunction<Line, Event>
    implements CheckpointedFunction {
  /** Accumulator of JSON members that are no column, as they came after the first records. */
  public static final String LEFT_OUT = "members-left-out";

  /** Accumulator of the bytes of the files that were read, compressed as they are. */
  public static final String BYTES = "bytes-read";

  /** Accumulator of the events that were read. */
  public static final String READ = "events-read";

  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<EventFile> files;

  private final EventCells cells;
  private final MalformedLimit limit;
  private transient long read;
  private transient long refused;
  private transient ReasonCounts leftOut;
  private transient LongCounter bytes;
  private transient LongCounter events;
  private transient int file;
  private transient long bytesBefore;
  private transient RepeatedHour repeated = new RepeatedHour();
  private transient ListState<Tuple3<String, Long, Long>> state;

  public EventParser(EventFiles events, Schema schema) {
    files = List.copyOf(events.files());
    cells = new EventCells(events.columns(), schema, events.time());
    limit = events.limit();
  }

  @Override
  public void open(OpenContext context) {
    leftOut = new ReasonCounts();
    getRuntimeContext().addAccumulator(LEFT_OUT, leftOut);
    bytes = getRuntimeContext().getLongCounter(BYTES);
    events = getRuntimeContext().getLongCounter(READ);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    repeated = new RepeatedHour();
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "repeated-hour", Types.TUPLE(Types.STRING, Types.LONG, Types.LONG)));
    for (Tuple3<String, Long, Long> entry : state.get()) {
      repeated.restore(entry.f2, entry.f0, entry.f1);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    for (Map.Entry<String, Long> last : repeated.state().entrySet()) {
      state.add(Tuple3.of(last.getKey(), last.getValue(), repeated.transition()));
    }
  }

  @Override
  public void processElement(Line line, Context context, Collector<Event> out) {
    count(line);
    try {
      Event event = parse(line);
      if (event != null) {
        read++;
        events.add(1L);
        out.collect(event);
      }
    } catch (MalformedEventException e) {
      read++;
      refused++;
      context.output(
          Rejected.TAG,
          new Rejected(line.file(), line.number(), e.getMessage(), line.text(), null));
      failIfBeyond(line, e.getMessage());
    }
  }

  private void count(Line line) {
    while (file < line.file()) {
      bytesBefore += files.get(file++).bytes();
    }
    bytes.add(bytesBefore + line.bytes() - bytes.getLocalValuePrimitive());
  }

  private String place(Line line) {
    return files.get(line.file()).path() + ", line " + line.number();
  }

  /** Neither reading on nor a retry helps. */
  private void failIfBeyond(Line line, String reason) {
    if (limit.isBeyond(read, refused)) {
      throw new SuppressRestartsException(
          new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "%s; the last is %s: %s",
                  limit.problem(read, refused),
                  place(line),
                  reason)));
    }
  }

  /**
   * The event of a line; null for a header.
   *
   * @throws MalformedEventException if the line is no event
   */
  public Event parse(Line line) throws MalformedEventException {
    EventFile file = files.get(line.file());
    return line.number() <= file.header() ? null : event(file, line);
  }

  private Event event(EventFile file, Line line) throws MalformedEventException {
    if (line.problem() != null) {
      throw new MalformedEventException(line.problem());
    }
    String[] values = cells.newCells();
    file.parser().parse(line, values);
    file.fill(values);
    if (leftOut != null && file.parser().leftOut() != null) {
      leftOut.add(new ReasonCounts.Refusal(place(line), file.parser().leftOut()));
    }
    return cells.event(line, values, repeated);
  }
}
