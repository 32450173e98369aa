package io.fastweights.jobs.report;

/**
 * A value with the limits of its interval.
 *
 * @param low NaN or equal to {@code high} if the interval is unknown
 * @param high NaN or equal to {@code low} if the interval is unknown
 */
public record Interval(double value, double low, double high) {
  /** Quantile of the normal distribution for a two-sided interval of 95%. */
  public static final double Z = 1.959963984540054;

  /** A value without an interval. */
  public static Interval exact(double value) {
    return new Interval(value, Double.NaN, Double.NaN);
  }

  /** The interval between two limits that are equally far from the value. */
  public static Interval around(double value, double halfWidth) {
    return new Interval(value, value - halfWidth, value + halfWidth);
  }

  /** The 95% interval of a value that is normally distributed with this standard error. */
  public static Interval normal(double value, double error) {
    return around(value, Z * error);
  }

  /**
   * A share with the 95% interval of Wilson (1927), which stays in 0 ... 1.
   *
   * @param events independent ones that it is a share of; positive
   */
  public static Interval share(double share, double events) {
    double z2 = Z * Z / events;
    double centre = (share + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * Math.sqrt(share * (1 - share) / events + z2 / events / 4);
    return new Interval(share, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /** The value, then its limits in brackets where it has them. */
  public String text(Axis.Labels labels) {
    String text = labels.text(value);
    return hasLimits() ? text + " (" + labels.text(low) + " to " + labels.text(high) + ")" : text;
  }

  public boolean hasLimits() {
    return low < high;
  }
}
