package io.fastweights.jobs.report;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An axis of a chart.
 *
 * @param title with the unit
 * @param labels how its values are written
 * @param from first value; NaN to fit the data
 * @param to last value; NaN to fit the data
 */
public record Axis(String title, Labels labels, double from, double to) {

  /** How the values of an axis are written. */
  public sealed interface Labels {
    String text(double value);
  }

  /**
   * Numbers.
   *
   * @param pattern of {@link DecimalFormat}
   */
  public record Numbers(String pattern) implements Labels {
    private static final String NONE = "\u2013";
    private static final Pattern SIGNED_ZERO = Pattern.compile("[+-](0+(\\.0+)?)");

    /** The value; a value that is rounded to 0 has no sign, NaN is a dash. */
    @Override
    public String text(double value) {
      if (Double.isNaN(value)) {
        return NONE;
      }
      String text =
          new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
      Matcher zero = SIGNED_ZERO.matcher(text);
      return zero.matches() ? zero.group(1) : text;
    }
  }

  /** Milliseconds since 1970 as times in UTC. */
  public record Times() implements Labels {
    private static final DateTimeFormatter FULL =
        DateTimeFormatter.ofPattern("d MMMM uuuu HH:mm:ss", Locale.ENGLISH);

    @Override
    public String text(double value) {
      return FULL.format(Instant.ofEpochMilli((long) value).atOffset(ZoneOffset.UTC));
    }
  }

  /** An axis of numbers that fits the data. */
  public static Axis of(String title, String pattern) {
    return new Axis(title, new Numbers(pattern), Double.NaN, Double.NaN);
  }

  /** An axis of times that fits the data. */
  public static Axis ofTimes(String title) {
    return new Axis(title, new Times(), Double.NaN, Double.NaN);
  }

  /** The same axis between two values; NaN fits the data. */
  public Axis between(double first, double last) {
    return new Axis(title, labels, first, last);
  }
}
