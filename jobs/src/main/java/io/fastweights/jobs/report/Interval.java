package io.fastweights.jobs.report;

/**
 * A value with the limits of its interval.
 *
 * @param low NaN if the interval is unknown
 * @param high NaN if the interval is unknown
 */
public record Interval(double value, double low, double high) {

  /** A value without an interval. */
  public static Interval exact(double value) {
    return new Interval(value, Double.NaN, Double.NaN);
  }

  /** The interval between two limits that are equally far from the value. */
  public static Interval around(double value, double halfWidth) {
    return new Interval(value, value - halfWidth, value + halfWidth);
  }

  /**
   * A share with the 95% interval of Wilson (1927), which stays in 0 ... 1.
   *
   * @param hits at most {@code of}
   * @param of positive
   */
  public static Interval share(long hits, long of) {
    double z = 1.96;
    double p = (double) hits / of;
    double scale = 1 + z * z / of;
    double middle = (p + z * z / (2.0 * of)) / scale;
    double half = z * Math.sqrt(p * (1 - p) / of + z * z / (4.0 * of * of)) / scale;
    return new Interval(p, Math.max(0, middle - half), Math.min(1, middle + half));
  }

  /** The value, then its limits in brackets where it has them. */
  public String text(Axis.Labels labels) {
    String text = labels.text(value);
    return hasLimits() ? text + " (" + labels.text(low) + " to " + labels.text(high) + ")" : text;
  }

  public boolean hasLimits() {
    return !Double.isNaN(low) && !Double.isNaN(high);
  }
}
