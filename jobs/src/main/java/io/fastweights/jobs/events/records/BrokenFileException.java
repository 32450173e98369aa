package io.fastweights.jobs.events.records;

import java.io.IOException;
import java.util.Locale;

/** A file does not begin as a file of its kind does. */
public final class BrokenFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public BrokenFileException(String name, FileKind kind, Throwable cause) {
    super(
        String.format(
            Locale.ROOT,
            "%s is cut off or no %s file, as its name says: %s",
            name,
            kind.title(),
            reason(cause)));
  }

  /** The message of an exception, or its name where it has none. */
  public static String reason(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
