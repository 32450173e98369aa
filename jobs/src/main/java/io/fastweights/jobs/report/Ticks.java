package io.fastweights.jobs.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/**
 * Range of an axis and the round values on it.
 *
 * @param from first value of the range
 * @param to last value, greater
 * @param values inside the range, ascending
 * @param texts of the values
 */
record Ticks(double from, double to, double[] values, List<String> texts) {
  private static final double SECOND = 1000;
  private static final double DAY = 86_400 * SECOND;
  private static final double[] TIME_STEPS = {
    SECOND,
    5 * SECOND,
    15 * SECOND,
    60 * SECOND,
    300 * SECOND,
    900 * SECOND,
    3600 * SECOND,
    3 * 3600 * SECOND,
    6 * 3600 * SECOND,
    12 * 3600 * SECOND,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY
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
    boolean times = axis.labels() instanceof Axis.Times;
    double step = times ? timeStep((to - from) / count) : step((to - from) / count);
    if (widen) {
      from = Double.isNaN(axis.from()) ? Math.floor(from / step + 1e-9) * step : from;
      to = Double.isNaN(axis.to()) ? Math.ceil(to / step - 1e-9) * step : to;
    }
    long first = (long) Math.ceil(from / step - 1e-9);
    long last = (long) Math.floor(to / step + 1e-9);
    double[] values =
        IntStream.rangeClosed(0, (int) (last - first))
            .mapToDouble(i -> (first + i) * step)
            .toArray();
    List<String> texts =
        times
            ? Arrays.stream(values).mapToObj(timeText(step, to - from)).toList()
            : shortened(Arrays.stream(values).mapToObj(axis.labels()::text).toList());
    return new Ticks(from, to, values, texts);
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

  private static double timeStep(double least) {
    for (double step : TIME_STEPS) {
      if (step >= least) {
        return step;
      }
    }
    return Math.ceil(least / (364 * DAY)) * 364 * DAY;
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

  private static DoubleFunction<String> timeText(double step, double span) {
    String pattern =
        step >= 28 * DAY
            ? "MMM uuuu"
            : step >= DAY
                ? "d MMM"
                : span > DAY ? "d MMM HH:mm" : step < 60 * SECOND ? "HH:mm:ss" : "HH:mm";
    DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    return value -> format.format(Instant.ofEpochMilli((long) value).atOffset(ZoneOffset.UTC));
  }
}
