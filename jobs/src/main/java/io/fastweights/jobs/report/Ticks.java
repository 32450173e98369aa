package io.fastweights.jobs.report;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Range of an axis and the round values on it.
 *
 * @param from first value of the range
 * @param to last value, greater
 * @param values inside the range, ascending
 * @param texts of the values
 */
record Ticks(double from, double to, double[] values, List<String> texts) {
  private static final int MOST_TIMES = 5;
  private static final double SECOND = 1000;
  private static final double MINUTE = 60 * SECOND;
  private static final double HOUR = 60 * MINUTE;
  private static final double DAY = 24 * HOUR;
  private static final double MONTH = 28 * DAY;
  private static final double[] TIME_STEPS = {
    SECOND,
    5 * SECOND,
    15 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY
  };

  /**
   * Ticks for data.
   *
   * @param data its least and its greatest value
   * @param count how many ticks there are at most, about
   * @param widen true to begin and end the range at a tick; false to begin and end it with the data
   */
  static Ticks of(Axis axis, double[] data, int count, boolean widen) {
    double from = Double.isNaN(axis.from()) ? data[0] : axis.from();
    double to = Double.isNaN(axis.to()) ? data[1] : axis.to();
    if (!(to > from)) {
      double around = Math.max(Math.abs(from) * 0.05, 0.5);
      from = Double.isNaN(axis.from()) ? from - around : from;
      to = Double.isNaN(axis.to()) ? to + around : from + around;
    }
    if (axis.labels() instanceof Axis.Times) {
      return times(from, to, Math.min(count, MOST_TIMES));
    }
    double step = step((to - from) / count);
    if (widen) {
      from = Double.isNaN(axis.from()) ? Math.floor(from / step + 1e-9) * step : from;
      to = Double.isNaN(axis.to()) ? Math.ceil(to / step - 1e-9) * step : to;
    }
    double[] values = multiples(from, to, step);
    return new Ticks(
        from, to, values, shortened(Arrays.stream(values).mapToObj(axis.labels()::text).toList()));
  }

  private static double[] multiples(double from, double to, double step) {
    long first = (long) Math.ceil(from / step - 1e-9);
    long last = (long) Math.floor(to / step + 1e-9);
    return LongStream.rangeClosed(first, last).mapToDouble(i -> i * step).toArray();
  }

  /** Where a value lies on the axis: 0 at its begin, 1 at its end. */
  double at(double value) {
    return (value - from) / (to - from);
  }

  /** The next of 1, 2, 5, 10, ... */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  /** Without the zeros that all of the numbers have as their last digits after the point. */
  private static List<String> shortened(List<String> texts) {
    List<String> shorter = texts;
    while (!shorter.isEmpty()
        && shorter.stream().allMatch(text -> text.indexOf('.') >= 0 && text.endsWith("0"))) {
      shorter = shorter.stream().map(text -> text.substring(0, text.length() - 1)).toList();
    }
    return shorter.stream()
        .map(text -> text.endsWith(".") ? text.substring(0, text.length() - 1) : text)
        .toList();
  }

  /** Round times, or first days of months where they are far apart. */
  private static Ticks times(double from, double to, int count) {
    double least = (to - from) / count;
    double[] values = new double[0];
    String pattern = "MMM uuuu";
    for (double step : TIME_STEPS) {
      if (step >= least) {
        values = multiples(from, to, step);
        String clock = step < MINUTE ? "HH:mm:ss" : "HH:mm";
        pattern = step >= DAY ? "d MMM" : to - from > DAY ? "d MMM HH:mm" : clock;
        break;
      }
    }
    if (least > TIME_STEPS[TIME_STEPS.length - 1]) {
      values = months(from, to, (int) Math.ceil(least / MONTH));
    }
    DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    return new Ticks(
        from, to, values, Arrays.stream(values).mapToObj(v -> format.format(time(v))).toList());
  }

  private static OffsetDateTime time(double value) {
    return Instant.ofEpochMilli((long) value).atOffset(ZoneOffset.UTC);
  }

  /** First days of every so many months; a year is divided evenly, or taken whole. */
  private static double[] months(double from, double to, int least) {
    int step =
        IntStream.of(1, 2, 3, 6).filter(n -> n >= least).findFirst().orElse((least + 11) / 12 * 12);
    OffsetDateTime first = time(from).truncatedTo(ChronoUnit.DAYS).withDayOfYear(1);
    return Stream.iterate(first, at -> at.plusMonths(step))
        .mapToDouble(at -> at.toInstant().toEpochMilli())
        .dropWhile(at -> at < from)
        .takeWhile(at -> at <= to)
        .toArray();
  }
}
