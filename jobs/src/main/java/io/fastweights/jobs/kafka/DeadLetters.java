package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.output.RejectedRows;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Dead letters for input that was refused or could not be sent, unchanged: key, value, timestamp
 * and headers, and further headers with the reason and the origin. A letter beyond its topic's
 * limits is cut, and marked so.
 *
 * @param topic of the letters
 * @param paths of the files that events came from, by their numbers
 */
record DeadLetters(String topic, List<String> paths, TopicLimits limits) implements Serializable {
  static final String REASON = "fastweights.reason";
  static final String TOPIC = "fastweights.topic";
  static final String PARTITION = "fastweights.partition";
  static final String OFFSET = "fastweights.offset";
  static final String FILE = "fastweights.file";
  static final String LINE = "fastweights.line";

  /** The prediction that its own topic would refuse. */
  static final String PREDICTION = "fastweights.prediction";

  /** Bytes of a value that is cut here. */
  static final String VALUE_BYTES = "fastweights.value-bytes";

  /** Bytes of a key that is left out here, with all headers of the message. */
  static final String KEY_BYTES = "fastweights.key-bytes";

  /** Room for all headers of reason and origin. */
  private static final int LEAST_BYTES = 1 << 15;

  /** A reason may quote the whole event. */
  private static final int MOST_OF_REASON = 1000;

  private static final int MOST_OF_PREDICTION = 8;

  DeadLetters {
    paths = List.copyOf(paths);
    if (limits.bytes() < LEAST_BYTES) {
      throw new IllegalArgumentException(
          String.format(
                  Locale.ROOT,
                  "topic %s takes messages of at most %d bytes (max.message.bytes, or the producer's",
                  topic,
                  limits.bytes())
              + String.format(Locale.ROOT, " max.request.size), must take %d", LEAST_BYTES));
    }
    if (limits.keyed()) {
      throw new IllegalArgumentException(
          String.format(
                  Locale.ROOT,
                  "topic %s has cleanup.policy=compact and takes no message without a key",
                  topic)
              + ", must take dead letters without one");
    }
  }

  /** Creates a letter for each, and counts them. */
  static final class Counted extends RichMapFunction<Rejected, Message> {
    private static final long serialVersionUID = 1L;

    private final DeadLetters letters;
    private transient LongCounter malformed;
    private transient ReasonCounts reasons;

    Counted(DeadLetters letters) {
      this.letters = letters;
    }

    @Override
    public void open(OpenContext context) {
      malformed = getRuntimeContext().getLongCounter(RejectedRows.MALFORMED);
      reasons = RejectedRows.reasons(getRuntimeContext());
    }

    @Override
    public Message map(Rejected event) {
      malformed.add(1L);
      reasons.add(
          new ReasonCounts.Refusal(RejectedRows.place(event, letters.paths()), event.reason()));
      return letters.of(event);
    }
  }

  /** Letter for an invalid event, or another invalid message. */
  Message of(Rejected event) {
    return of(event, Map.of());
  }

  /**
   * About an event whose prediction is not sent.
   *
   * @param prediction without the event
   */
  Message of(Event event, String reason, byte[] prediction) {
    boolean fits = prediction.length <= limits.bytes() / MOST_OF_PREDICTION;
    return of(Rejected.of(event, reason), fits ? Map.of(PREDICTION, prediction) : Map.of());
  }

  private Message of(Rejected event, Map<String, byte[]> more) {
    Map<String, byte[]> about = new LinkedHashMap<>();
    Message from = event.message();
    if (from == null) {
      put(about, FILE, paths.get(event.file()));
      put(about, LINE, event.line());
      from = Message.of(topic, Message.UNASSIGNED, null, bytes(event.text()));
    } else {
      put(about, TOPIC, from.topic());
      put(about, PARTITION, from.partition());
      put(about, OFFSET, from.offset());
    }
    about.putAll(more);
    return letter(from.to(topic, from.value()), event.reason(), about);
  }

  /**
   * A message with the reason in a header, cut where it is too large.
   *
   * @param about it, as headers
   */
  Message letter(Message message, String reason, Map<String, byte[]> about) {
    Map<String, byte[]> headers = new LinkedHashMap<>();
    put(headers, REASON, first(reason));
    headers.putAll(about);
    Message timed = message;
    if (!limits.take(message.timestamp(), System.currentTimeMillis())) {
      put(headers, TopicLimits.TIMESTAMP, message.timestamp());
      timed = message.at(Message.UNASSIGNED);
    }
    Message whole = timed.with(headers);
    return limits.room(whole) >= 0 ? whole : cut(timed, headers);
  }

  private Message cut(Message message, Map<String, byte[]> headers) {
    byte[] value = message.value();
    if (value != null) {
      put(headers, VALUE_BYTES, value.length);
    }
    Message rest = message.to(topic, null);
    if (limits.room(rest.with(headers)) < 0) {
      put(headers, KEY_BYTES, message.key() == null ? 0 : message.key().length);
      rest = Message.of(topic, message.timestamp(), null, null);
    }
    rest = rest.with(headers);
    long room = limits.room(rest);
    return value == null || value.length <= room
        ? rest.to(topic, value)
        : rest.to(topic, Arrays.copyOf(value, (int) room));
  }

  /** The reason, cut to the limit of a letter. */
  static String first(String reason) {
    return reason.length() <= MOST_OF_REASON
        ? reason
        : reason.substring(0, MOST_OF_REASON - 3) + "...";
  }

  private static void put(Map<String, byte[]> headers, String name, Object value) {
    headers.put(name, bytes(value.toString()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
