package io.fastweights.jobs.init;

import io.fastweights.jobs.events.time.TimeGuess;
import io.fastweights.kernels.schema.EventFormat.Time;
import io.fastweights.kernels.schema.EventFormat.Unit;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * A column of times, and how they are written.
 *
 * @param millis of each event; null where it cannot be read
 */
record TimeColumn(Column column, Time format, Long[] millis) {
  private static final long DAY = 86_400_000;

  private static final Pattern CLOCK =
      Pattern.compile("(?i)\\d{1,2}:\\d{2}(:\\d{2})?([.,]\\d{1,9})?( ?[ap]m)?");

  /** Share of the values that must be times of day. */
  private static final double MOST_OF_THEM = 0.95;

  /** Values that a format is tried on. */
  private static final int TRIED = 2000;

  /**
   * @return null if the column holds no times
   */
  static TimeColumn of(Column column) {
    List<String> known = column.known();
    Time format = TimeGuess.of(known.subList(0, Math.min(TRIED, known.size())));
    return format == null
        ? null
        : new TimeColumn(column, format, TimeGuess.millis(format, column.values()));
  }

  /**
   * Dates, with the time of day in a column of its own.
   *
   * @return null if both together are no times
   */
  static TimeColumn of(Column dates, Column clock) {
    List<String> both = new ArrayList<>();
    for (int i = 0; i < dates.values().size(); i++) {
      String date = dates.values().get(i);
      String time = clock.values().get(i);
      both.add(date == null || time == null ? null : date.trim() + ' ' + time.trim());
    }
    List<String> known = both.stream().filter(Objects::nonNull).limit(TRIED).toList();
    Time format = TimeGuess.of(known);
    return format == null
        ? null
        : new TimeColumn(dates, format.withClock(clock.name()), TimeGuess.millis(format, both));
  }

  /** True if nearly all values are times of day, such as 14:30 or 2:30:15 pm. */
  static boolean isClock(Column column) {
    List<String> known = column.known();
    long clocks = known.stream().filter(value -> CLOCK.matcher(value.trim()).matches()).count();
    return !known.isEmpty() && clocks >= MOST_OF_THEM * column.values().size();
  }

  /** Numbers too small to be dates, which the user calls times: seconds. */
  static TimeColumn ofSeconds(Column column) {
    Time format = new Time(Unit.S, null, ZoneOffset.UTC);
    return new TimeColumn(column, format, TimeGuess.millis(format, column.values()));
  }

  /** Share of the events that are not older than the one before. */
  double ordered() {
    int ordered = 0;
    int pairs = 0;
    Long last = null;
    for (Long time : millis) {
      if (time != null) {
        pairs += last == null ? 0 : 1;
        ordered += last != null && time >= last ? 1 : 0;
        last = time;
      }
    }
    return pairs == 0 ? 1 : (double) ordered / pairs;
  }

  private LongStream known() {
    return java.util.Arrays.stream(millis).filter(Objects::nonNull).mapToLong(Long::longValue);
  }

  /** True if times are not all at one time of the day. */
  boolean hasTimeOfDay() {
    return known().map(time -> Math.floorMod(time, DAY)).distinct().limit(3).count() > 2;
  }

  boolean spansAWeek() {
    return span() >= 7 * DAY;
  }

  private long span() {
    return known().max().orElse(0) - known().min().orElse(0);
  }

  /** In words: the format, the first and the last time. */
  String text() {
    String written =
        format.pattern() != null
            ? "of the pattern " + format.pattern()
            : format.unit() != null
                ? "numbers, " + format.unit().name().toLowerCase(Locale.ROOT) + " since 1970"
                : "ISO 8601";
    return String.format(
        Locale.ROOT,
        "%s, %s to %s",
        written,
        Instant.ofEpochMilli(known().min().orElse(0)),
        Instant.ofEpochMilli(known().max().orElse(0)));
  }
}
