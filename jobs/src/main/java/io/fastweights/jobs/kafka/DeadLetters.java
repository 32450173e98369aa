package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.output.RejectedRows;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Events that could not be taken, as they were: key, value, timestamp and headers, and further
 * headers that say why, and from where.
 */
final class DeadLetters extends RichMapFunction<Rejected, Message> {
  static final String REASON = "fastweights.reason";
  static final String TOPIC = "fastweights.topic";
  static final String PARTITION = "fastweights.partition";
  static final String OFFSET = "fastweights.offset";
  static final String FILE = "fastweights.file";
  static final String LINE = "fastweights.line";

  private static final long serialVersionUID = 1L;
  private static final int UNASSIGNED = -1;

  private final String topic;
  private final List<String> paths;
  private transient LongCounter malformed;

  DeadLetters(String topic, List<String> paths) {
    this.topic = topic;
    this.paths = List.copyOf(paths);
  }

  @Override
  public void open(OpenContext context) {
    malformed = getRuntimeContext().getLongCounter(RejectedRows.MALFORMED);
  }

  @Override
  public Message map(Rejected event) {
    malformed.add(1L);
    return letter(event);
  }

  /** What was no event, or no other message of its kind. */
  Message letter(Rejected event) {
    Message from = event.message();
    if (from == null) {
      String[] names = {REASON, FILE, LINE};
      return new Message(
          topic,
          UNASSIGNED,
          UNASSIGNED,
          UNASSIGNED,
          null,
          bytes(event.text()),
          names,
          values(event.reason(), paths.get(event.file()), event.line()));
    }
    return new Message(
        topic,
        UNASSIGNED,
        UNASSIGNED,
        from.timestamp(),
        from.key(),
        from.value(),
        joined(from.headerNames(), new String[] {REASON, TOPIC, PARTITION, OFFSET}),
        joined(
            from.headerValues(),
            values(event.reason(), from.topic(), from.partition(), from.offset())));
  }

  private static byte[][] values(Object... values) {
    return Stream.of(values).map(value -> bytes(value.toString())).toArray(byte[][]::new);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> T[] joined(T[] first, T[] second) {
    T[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
