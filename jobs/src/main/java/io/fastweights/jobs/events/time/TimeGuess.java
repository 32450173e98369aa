package io.fastweights.jobs.events.time;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Time;
import io.fastweights.kernels.schema.EventFormat.Unit;
import io.fastweights.kernels.schema.MalformedEventException;
import java.time.ZoneOffset;
import java.util.List;

/** Finds out how the times of a column are written. */
public final class TimeGuess {
  /** Share of the values that must be times. */
  private static final double MOST_OF_THEM = 0.95;

  /** Beside ISO 8601; where days and months could be either, the first that fits all counts. */
  private static final List<String> PATTERNS =
      List.of(
          "yyyyMMdd",
          "yyyy/M/d H:mm:ss",
          "yyyy/M/d H:mm",
          "yyyy/M/d",
          "M/d/yyyy h:mm:ss a",
          "M/d/yyyy h:mm a",
          "M/d/yyyy H:mm:ss",
          "M/d/yyyy H:mm",
          "M/d/yyyy",
          "d/M/yyyy H:mm:ss",
          "d/M/yyyy H:mm",
          "d/M/yyyy",
          "d-M-yyyy H:mm:ss",
          "d-M-yyyy H:mm",
          "d-M-yyyy",
          "d.M.yyyy H:mm:ss",
          "d.M.yyyy H:mm",
          "d.M.yyyy",
          "MMM d yyyy",
          "MMM d, yyyy",
          "d MMM yyyy",
          "d-MMM-yyyy H:mm:ss",
          "d-MMM-yyyy",
          "d-MMM-yy",
          // Logs of web servers, mail and HTTP, and the C library's ctime.
          "d/MMM/yyyy:H:mm:ss Z",
          "'['d/MMM/yyyy:H:mm:ss Z']'",
          "EEE, d MMM yyyy H:mm:ss Z",
          "EEE, d MMM yyyy H:mm:ss z",
          "EEE MMM ppd H:mm:ss yyyy",
          "EEE MMM d H:mm:ss Z yyyy");

  private TimeGuess() {}

  /**
   * The format of times.
   *
   * @param values that are not missing
   * @return null if they are no times; for numbers with the unit
   */
  public static Time of(List<String> values) {
    if (values.isEmpty()) {
      return null;
    }
    boolean numbers = values.stream().allMatch(value -> EpochNumber.is(value.trim()));
    if (numbers) {
      Unit unit = unit(values);
      if (unit != null) {
        return new Time(unit, null, ZoneOffset.UTC);
      }
      Time dates = new Time(null, PATTERNS.get(0), ZoneOffset.UTC);
      boolean eight = values.stream().allMatch(value -> value.trim().length() == 8);
      return eight && fits(dates, values) ? dates : null;
    }
    if (fits(Time.DEFAULT, values)) {
      return Time.DEFAULT;
    }
    for (String pattern : PATTERNS) {
      Time time = new Time(null, pattern, ZoneOffset.UTC);
      if (fits(time, values)) {
        return time;
      }
    }
    return null;
  }

  /** The unit that all numbers have as times from 1973 on; null for none. */
  private static Unit unit(List<String> values) {
    Unit unit = null;
    for (String value : values) {
      Unit likely;
      try {
        likely = EpochNumber.likely(EpochNumber.whole(value.trim()));
      } catch (NumberFormatException e) {
        return null;
      }
      if (likely == null || unit != null && likely != unit) {
        return null;
      }
      unit = likely;
    }
    return unit;
  }

  private static boolean fits(EventFormat.Time time, List<String> values) {
    TimeParser parser = new TimeParser(time);
    int misses = 0;
    for (String value : values) {
      if (millis(parser, value) == null && ++misses > (1 - MOST_OF_THEM) * values.size()) {
        return false;
      }
    }
    return true;
  }

  /** Reads a column's times; null where one cannot be read. */
  public static Long[] millis(Time time, List<String> values) {
    TimeParser parser = new TimeParser(time);
    return values.stream()
        .map(value -> value == null ? null : millis(parser, value))
        .toArray(Long[]::new);
  }

  private static Long millis(TimeParser parser, String value) {
    try {
      return parser.parse(value, "", null);
    } catch (MalformedEventException e) {
      return null;
    }
  }
}
