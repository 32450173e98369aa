package io.fastweights.jobs.events;

import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.kernels.schema.MalformedEventException;

/**
 * An event of a file or of a topic.
 *
 * @param file place of the file among those that are read
 * @param line its number in the file, from 1
 * @param text the line as it was; of a message whose value is no JSON, its JSON; else empty
 * @param message it came as; null where it came from a file
 * @param key of its memory
 * @param timestamp in milliseconds since 1970-01-01 UTC
 * @param ask predict only; else learn from it too
 * @param cells its values in the order of the columns; null where there is none
 * @param guesses of the baselines that all keys share; null where there are none
 */
public record Event(
    int file,
    long line,
    String text,
    Message message,
    String key,
    long timestamp,
    boolean ask,
    String[] cells,
    float[] guesses) {

  /** Without guesses. */
  public Event(
      int file,
      long line,
      String text,
      Message message,
      String key,
      long timestamp,
      boolean ask,
      String[] cells) {
    this(file, line, text, message, key, timestamp, ask, cells, null);
  }

  /** The same event with guesses. */
  public Event withGuesses(float[] values) {
    return new Event(file, line, text, message, key, timestamp, ask, cells, values);
  }

  /** True for a tombstone: a message without a value, which empties the memory of its key. */
  public boolean forgets() {
    return message != null && message.value() == null;
  }

  /** The text of an event that is JSON. */
  public String json() {
    if (message == null || !text.isEmpty()) {
      return text;
    }
    try {
      return JsonText.of(message.value());
    } catch (MalformedEventException e) {
      throw new IllegalStateException("the event was read from the same bytes", e);
    }
  }
}
