package io.fastweights.jobs.events.time;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;

/**
 * Reads the times of events: ISO 8601 or a pattern, or numbers of a unit since 1970-01-01 UTC.
 *
 * <p>A time without an offset is one of the zone of the schema. Where clocks are set forward, a
 * time that is left out is moved by what they are set by. Where they are set back, {@link
 * RepeatedHour} decides, if there is one, and else the first pass is taken.
 */
public final class TimeParser implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long FIRST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
  private static final int MOST_CHARS = 64;

  private final Unit unit;
  private final String pattern;
  private final ZoneId zone;
  private final boolean utc;
  private transient IsoTime iso;
  private transient DateTimeFormatter formatter;

  public TimeParser(EventFormat.Time time) {
    unit = time.unit();
    pattern = time.pattern();
    zone = time.zone();
    utc = zone.equals(ZoneOffset.UTC);
  }

  /**
   * @param key whose event it is
   * @param repeated tells the passes of a repeated hour apart; null for the first one
   * @return milliseconds since 1970-01-01 UTC, within the years 1 to 9999
   * @throws MalformedEventException if the text is no such time
   */
  public long parse(String text, String key, RepeatedHour repeated) throws MalformedEventException {
    String trimmed = text.trim();
    if (trimmed.isEmpty() || trimmed.length() > MOST_CHARS) {
      throw malformed(text);
    }
    long millis;
    if (pattern != null) {
      millis = patterned(trimmed, key, repeated);
    } else {
      millis = EpochNumber.is(trimmed) ? number(trimmed) : iso(trimmed, key, repeated);
    }
    if (millis < FIRST || millis > LAST) {
      throw outside(trimmed);
    }
    if (repeated != null) {
      repeated.passed(millis);
    }
    return millis;
  }

  private long number(String text) throws MalformedEventException {
    long millis;
    try {
      if (unit == null && EpochNumber.likely(EpochNumber.whole(text)) == Unit.S) {
        throw new MalformedEventException(
            String.format(
                    Locale.ROOT,
                    "time '%s' is %s if it counts milliseconds; the schema must say its unit, as in",
                    text,
                    Instant.ofEpochMilli(EpochNumber.millis(text, Unit.MS)))
                + " \"time\": {\"column\": ..., \"unit\": \"s\"}");
      }
      millis = EpochNumber.millis(text, unit == null ? Unit.MS : unit);
    } catch (NumberFormatException | ArithmeticException e) {
      throw outside(text);
    }
    return millis;
  }

  private long iso(String text, String key, RepeatedHour repeated) throws MalformedEventException {
    if (iso == null) {
      iso = new IsoTime();
    }
    if (!iso.read(text)) {
      throw malformed(text);
    }
    if (iso.hasOffset()) {
      return iso.localMillis() - 1000L * iso.offsetSeconds();
    }
    if (iso.region() == null && utc) {
      return iso.localMillis();
    }
    return zoned(iso.localMillis(), iso.region() == null ? zone : iso.region(), key, repeated);
  }

  private static long zoned(long localMillis, ZoneId zone, String key, RepeatedHour repeated) {
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(localMillis, 1000L),
            (int) Math.floorMod(localMillis, 1000L) * 1_000_000,
            ZoneOffset.UTC);
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    ZoneOffset offset = zone.getRules().getOffset(local);
    if (change != null) {
      boolean second =
          change.isOverlap()
              && repeated != null
              && repeated.second(change.getInstant(), key, localMillis);
      offset = second ? change.getOffsetAfter() : change.getOffsetBefore();
    }
    return localMillis - 1000L * offset.getTotalSeconds();
  }

  private long patterned(String text, String key, RepeatedHour repeated)
      throws MalformedEventException {
    if (formatter == null) {
      formatter =
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern(pattern)
              .toFormatter(Locale.ENGLISH);
    }
    try {
      TemporalAccessor parsed = formatter.parse(text);
      if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
        return Instant.from(parsed).toEpochMilli();
      }
      LocalTime time = parsed.query(TemporalQueries.localTime());
      long local =
          parsed
              .query(TemporalQueries.localDate())
              .atTime(time == null ? LocalTime.MIDNIGHT : time)
              .toInstant(ZoneOffset.UTC)
              .toEpochMilli();
      ZoneId own = parsed.query(TemporalQueries.zone());
      return zoned(local, own == null ? zone : own, key, repeated);
    } catch (DateTimeException | ArithmeticException | NullPointerException e) {
      // A pattern without a date gives null.
      throw new MalformedEventException(
          String.format(Locale.ROOT, "time '%s' is not of the pattern %s", clipped(text), pattern));
    }
  }

  private static MalformedEventException outside(String text) {
    return new MalformedEventException("time '" + text + "' is not within the years 1 to 9999");
  }

  private static MalformedEventException malformed(String text) {
    return new MalformedEventException(
        String.format(
            Locale.ROOT,
            "time '%s' is neither ISO 8601 nor a number since 1970; a schema may give a pattern",
            clipped(text)));
  }

  private static String clipped(String text) {
    return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "...";
  }
}
