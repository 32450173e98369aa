package io.fastweights.jobs.events;

import org.apache.flink.util.OutputTag;

/**
 * An event that is not predicted.
 *
 * @param file index of its file among those that are read
 * @param line its number in the file, from 1
 * @param reason of the rejection
 * @param text the line as it was
 * @param message it came as; null where it came from a file
 */
public record Rejected(int file, long line, String reason, String text, Message message) {
  /** Side output of rejected events. */
  public static final OutputTag<Rejected> TAG =
      new OutputTag<>("rejected") {
        private static final long serialVersionUID = 1L;
      };

  /** An event that could be read, but not taken. */
  public static Rejected of(Event event, String reason) {
    return new Rejected(event.file(), event.line(), reason, event.text(), event.message());
  }
}
