package io.fastweights.jobs.events.time;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the unit of times that are numbers by the size of those of the first events. The client
 * does so once, before the job starts.
 */
public final class FoundTimes {
  private static final Map<Unit, String> NAMES =
      Map.of(
          Unit.S, "seconds",
          Unit.MS, "milliseconds",
          Unit.US, "microseconds",
          Unit.NS, "nanoseconds");

  private final Map<Unit, String> firstOf = new EnumMap<>(Unit.class);
  private String small;
  private boolean dates = true;

  /** Takes a time of one of the first events. */
  public void add(String time) {
    String trimmed = time.trim();
    if (!EpochNumber.is(trimmed)) {
      return;
    }
    try {
      Unit unit = EpochNumber.likely(EpochNumber.whole(trimmed));
      if (unit != null) {
        firstOf.putIfAbsent(unit, trimmed);
      } else {
        small = small == null ? trimmed : small;
        dates &= isDate(trimmed);
      }
    } catch (NumberFormatException e) {
      // A number beyond a long is no time: the error is reported when it is read.
      return;
    }
  }

  private static boolean isDate(String text) {
    try {
      int year = LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE).getYear();
      return year >= 1900 && year <= 2100;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /**
   * Determines the format of the times.
   *
   * @param given by the schema
   * @param notes receives notes for the user
   * @throws IllegalArgumentException if the times are of two units, or dates without a pattern
   */
  public EventFormat.Time of(EventFormat.Time given, List<String> notes) {
    if (given.unit() != null || given.pattern() != null) {
      return given;
    }
    if (firstOf.size() > 1) {
      throw new IllegalArgumentException(
          "the times of the first events are of more than one unit: "
              + String.join(", ", firstOf.entrySet().stream().map(FoundTimes::example).toList())
              + "; the schema must say it, as in \"time\": {\"column\": ..., \"unit\": \"ms\"}");
    }
    if (firstOf.isEmpty()) {
      return ofSmall(given, notes);
    }
    Map.Entry<Unit, String> only = firstOf.entrySet().iterator().next();
    if (only.getKey() != Unit.MS) {
      notes.add(
          String.format(
              Locale.ROOT,
              "times are taken for %s since 1970: %s is %s",
              NAMES.get(only.getKey()),
              only.getValue(),
              Instant.ofEpochMilli(EpochNumber.millis(only.getValue(), only.getKey()))));
    }
    return given.with(only.getKey());
  }

  private EventFormat.Time ofSmall(EventFormat.Time given, List<String> notes) {
    if (small == null) {
      return given;
    }
    if (dates) {
      throw new IllegalArgumentException(
          String.format(
                  Locale.ROOT, "times such as %s are dates; the schema must say so, as in", small)
              + " \"time\": {\"column\": ..., \"pattern\": \"yyyyMMdd\"}");
    }
    notes.add(
        String.format(
            Locale.ROOT,
            "times are taken for milliseconds since 1970: %s is %s",
            small,
            Instant.ofEpochMilli(EpochNumber.millis(small, Unit.MS))));
    return given.with(Unit.MS);
  }

  private static String example(Map.Entry<Unit, String> first) {
    return String.format(
        Locale.ROOT,
        "%s looks like %s (%s)",
        first.getValue(),
        NAMES.get(first.getKey()),
        first.getKey().name().toLowerCase(Locale.ROOT));
  }
}
