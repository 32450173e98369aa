package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Columns that a message's value does not have: the constants of the schema, and the message's own
 * {@code kafka.key}, {@code kafka.timestamp}, {@code kafka.topic}, {@code kafka.partition}, {@code
 * kafka.offset} and {@code kafka.headers.NAME}.
 */
final class MessageColumns implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String TIMESTAMP = "kafka.timestamp";
  static final String KEY = "kafka.key";
  private static final String TOPIC = "kafka.topic";
  private static final String PARTITION = "kafka.partition";
  private static final String OFFSET = "kafka.offset";
  private static final String HEADERS = "kafka.headers.";

  private final ArrayList<Part> parts = new ArrayList<>();

  /** Text of a column for a message; null where it has none. */
  private interface Reader extends Serializable {
    String text(Message message) throws MalformedEventException;
  }

  private record Part(int column, Reader reader) implements Serializable {}

  /**
   * @param constants by the names of their columns
   */
  MessageColumns(List<String> columns, Map<String, String> constants) {
    for (int i = 0; i < columns.size(); i++) {
      String constant = constants.get(columns.get(i));
      Reader reader = constant != null ? message -> constant : reader(columns.get(i));
      if (reader != null) {
        parts.add(new Part(i, reader));
      }
    }
  }

  /** True if a column is one of a message's own. */
  static boolean has(String column) {
    return reader(column) != null;
  }

  private static Reader reader(String column) {
    switch (column) {
      case KEY:
        return message -> text("key", message.key());
      case TIMESTAMP:
        return message ->
            message.timestamp() < 0 ? null : Instant.ofEpochMilli(message.timestamp()).toString();
      case TOPIC:
        return Message::topic;
      case PARTITION:
        return message -> Integer.toString(message.partition());
      case OFFSET:
        return message -> Long.toString(message.offset());
      default:
        return column.startsWith(HEADERS) ? header(column.substring(HEADERS.length())) : null;
    }
  }

  /** Of several headers of a name, Kafka takes the last. */
  private static Reader header(String name) {
    return message -> {
      for (int i = message.headerNames().length - 1; i >= 0; i--) {
        if (name.equals(message.headerNames()[i])) {
          return text("header " + name, message.headerValues()[i]);
        }
      }
      return null;
    };
  }

  private static String text(String of, byte[] bytes) throws MalformedEventException {
    if (bytes == null || bytes.length == 0) {
      return null;
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf('\0') < 0) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // Said below.
    }
    throw new MalformedEventException("the message's " + of + " is no text");
  }

  /**
   * Sets these columns.
   *
   * @throws MalformedEventException if one is no text
   */
  void fill(Message message, String[] cells) throws MalformedEventException {
    for (Part part : parts) {
      cells[part.column()] = part.reader().text(message);
    }
  }
}
