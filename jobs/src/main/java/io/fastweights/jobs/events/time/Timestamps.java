package io.fastweights.jobs.events.time;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import io.fastweights.kernels.schema.MalformedEventException;

/** Times that a user gives: ISO 8601, UTC where no offset is given, or milliseconds since 1970. */
public final class Timestamps {
  private Timestamps() {}

  /**
   * The same, but a number that is likelier one of seconds is refused.
   *
   * @throws MalformedEventException if the text is no such time
   */
  public static long parseLikely(String text) throws MalformedEventException {
    return new TimeParser(EventFormat.Time.DEFAULT).parse(text, "", null);
  }

  /**
   * @return milliseconds since 1970-01-01 UTC, within the years 1 to 9999
   * @throws MalformedEventException if the text is no such time
   */
  public static long parse(String text) throws MalformedEventException {
    return new TimeParser(EventFormat.Time.DEFAULT.with(Unit.MS)).parse(text, "", null);
  }
}
