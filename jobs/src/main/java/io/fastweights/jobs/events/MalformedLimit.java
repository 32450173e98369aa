package io.fastweights.jobs.events;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Most events that may be refused before a run counts as failed: a share of all, or a number.
 *
 * @param share in 0 ... 1; that of all events where a number is given instead
 * @param count {@link Long#MAX_VALUE} where a share is given
 */
public record MalformedLimit(double share, long count) implements Serializable {
  /** More than half. */
  public static final MalformedLimit DEFAULT = new MalformedLimit(0.5, Long.MAX_VALUE);

  /** A share is checked after so many events, and at the end. */
  static final int FIRST = 1000;

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})|(\\d{1,3}(?:\\.\\d+)?)%");

  /**
   * Reads what a user gives.
   *
   * @param text as 100 or 5%; null for the default
   * @throws IllegalArgumentException if it is neither
   */
  public static MalformedLimit of(String text) {
    if (text == null) {
      return DEFAULT;
    }
    Matcher matcher = TEXT.matcher(text.strip());
    if (matcher.matches()) {
      if (matcher.group(1) != null) {
        return new MalformedLimit(1, Long.parseLong(matcher.group(1)));
      }
      double share = Double.parseDouble(matcher.group(2)) / 100;
      if (share <= 1) {
        return new MalformedLimit(share, Long.MAX_VALUE);
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "max-malformed is '%s', must be a number of events, as 100, or a share, as 5%%",
            text));
  }

  /** True if the job can stop reading. */
  boolean isBeyond(long events, long malformed) {
    return malformed > count || events == FIRST && malformed > share * events;
  }

  /**
   * Checks the counts of a run.
   *
   * @return the problem; null if there is none
   */
  public String problem(long events, long malformed) {
    if (malformed <= count && malformed <= share * events) {
      return null;
    }
    String most =
        count < Long.MAX_VALUE
            ? String.format(Locale.ROOT, "%,d", count)
            : String.format(Locale.ROOT, "%s%%", plain(100 * share));
    return String.format(
        Locale.ROOT,
        "%,d of %,d events were refused, at most %s may be (--max-malformed)",
        malformed,
        events,
        most);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
