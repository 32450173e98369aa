package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.MalformedEventException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/**
 * Times as event files write them: ISO 8601 (a date, or a date and time parted by T or a blank; UTC
 * where no offset is given) or milliseconds since 1970-01-01 UTC.
 */
public final class Timestamps {
  private static final long FIRST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
  private static final int MOST_CHARS = 64;
  private static final int DATE_CHARS = "2001-01-01".length();

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffsetId()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private Timestamps() {}

  /**
   * @return milliseconds since 1970-01-01 UTC, within the years 1 to 9999
   * @throws MalformedEventException if the text is no such time
   */
  public static long parse(String text) throws MalformedEventException {
    String trimmed = text.trim();
    if (trimmed.isEmpty() || trimmed.length() > MOST_CHARS) {
      throw malformed(text);
    }
    long millis = isInteger(trimmed) ? integer(trimmed) : iso(trimmed);
    if (millis < FIRST || millis > LAST) {
      throw new MalformedEventException("time '" + trimmed + "' is not within the years 1 to 9999");
    }
    return millis;
  }

  private static boolean isInteger(String text) {
    int from = text.charAt(0) == '-' ? 1 : 0;
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > from;
  }

  private static long integer(String text) throws MalformedEventException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new MalformedEventException("time '" + text + "' is not within the years 1 to 9999");
    }
  }

  private static long iso(String text) throws MalformedEventException {
    String joined = text.indexOf(' ') == DATE_CHARS ? text.replaceFirst(" ", "T") : text;
    try {
      TemporalAccessor parsed = ISO.parse(joined);
      LocalTime time = parsed.query(TemporalQueries.localTime());
      ZoneOffset offset = parsed.query(TemporalQueries.offset());
      return parsed
          .query(TemporalQueries.localDate())
          .atTime(time == null ? LocalTime.MIDNIGHT : time)
          .toInstant(offset == null ? ZoneOffset.UTC : offset)
          .toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed(text);
    }
  }

  private static MalformedEventException malformed(String text) {
    return new MalformedEventException(
        "time '" + clipped(text) + "' is neither ISO 8601 nor milliseconds since 1970");
  }

  private static String clipped(String text) {
    return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "...";
  }
}
