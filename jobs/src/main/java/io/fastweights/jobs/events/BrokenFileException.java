package io.fastweights.jobs.events;

import java.io.IOException;
import java.util.Locale;

/** A file does not begin as a file of its kind does. */
final class BrokenFileException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenFileException(String name, FileKind kind, Throwable cause) {
    super(
        String.format(
            Locale.ROOT,
            "%s is cut off or no %s file, as its name says: %s",
            name,
            kind.title(),
            reason(cause)));
  }

  /** The message of an exception, or its name where it has none. */
  static String reason(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
