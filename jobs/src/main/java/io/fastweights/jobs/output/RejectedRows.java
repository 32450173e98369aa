package io.fastweights.jobs.output;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.lineage.ColumnTypes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * Rows of events that were not predicted: position (a file and its line, or a partition and its
 * offset), reason and content.
 */
public final class RejectedRows extends RichMapFunction<Rejected, String> {
  /** Accumulator of the events that were not predicted. */
  public static final String MALFORMED = "malformed";

  private static final long serialVersionUID = 1L;
  private static final List<String> COLUMNS = List.of("file", "line", "reason", "text");

  private final RowFormat format;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> paths;

  private transient LongCounter malformed;
  private transient ReasonCounts reasons;

  /**
   * @param paths of the files, by the numbers that events have
   */
  public RejectedRows(RowFormat format, List<String> paths) {
    this.format = format;
    this.paths = List.copyOf(paths);
  }

  /** The first line of a file; null where there is none. */
  public String header() {
    return format.header(COLUMNS);
  }

  /** Types of the columns by their names, in their order. */
  public static Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    COLUMNS.forEach(column -> types.put(column, ColumnTypes.STRING));
    types.put("line", ColumnTypes.BIGINT);
    return types;
  }

  @Override
  public void open(OpenContext context) {
    malformed = getRuntimeContext().getLongCounter(MALFORMED);
    reasons = reasons(getRuntimeContext());
  }

  /** Counts reasons of a job, by {@link ReasonCounts#NAME}. */
  public static ReasonCounts reasons(RuntimeContext context) {
    ReasonCounts reasons = new ReasonCounts();
    context.addAccumulator(ReasonCounts.NAME, reasons);
    return reasons;
  }

  /** Position of an event in its source. */
  public static String place(Rejected event, List<String> paths) {
    Message message = event.message();
    return message == null
        ? paths.get(event.file()) + ", line " + event.line()
        : message.topic() + "/" + message.partition() + ", offset " + message.offset();
  }

  @Override
  public String map(Rejected event) {
    malformed.add(1L);
    reasons.add(new ReasonCounts.Refusal(place(event, paths), event.reason()));
    return format.line(COLUMNS, row(event));
  }

  private Object[] row(Rejected event) {
    Message message = event.message();
    return message == null
        ? new Object[] {paths.get(event.file()), event.line(), event.reason(), event.text()}
        : new Object[] {
          message.topic() + "/" + message.partition(),
          message.offset(),
          event.reason(),
          message.value() == null ? null : new String(message.value(), StandardCharsets.UTF_8)
        };
  }
}
