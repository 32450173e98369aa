package io.fastweights.kernels.schema;

import java.util.Locale;

/** The mean and the deviation that a number is standardised by. */
final class Scaling {
  /** Milliseconds since 1970 are within it. */
  static final double LARGEST_MEAN = 1e15;

  /** Beyond it, or below its inverse, every value is the same number or clipped. */
  private static final double LARGEST_DEVIATION = 1e12;

  private Scaling() {}

  /**
   * @throws IllegalArgumentException if one is out of its range; the message names the field
   */
  static void check(String name, double mean, double deviation, Statistics statistics) {
    if (!(Math.abs(mean) <= LARGEST_MEAN)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "field %s: mean is %s, must be within -%s and %s",
              name,
              mean,
              LARGEST_MEAN,
              LARGEST_MEAN));
    }
    boolean starts = statistics == Statistics.GIVEN || deviation != 0;
    if (starts && !(deviation >= 1 / LARGEST_DEVIATION && deviation <= LARGEST_DEVIATION)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "field %s: deviation is %s, must be positive, from %s to %s",
              name,
              deviation,
              1 / LARGEST_DEVIATION,
              LARGEST_DEVIATION));
    }
  }

  /** (number - mean) / deviation, clipped to {@link Field.Numeric#CLIP}. */
  static float standardised(double number, double mean, double deviation) {
    float clip = Field.Numeric.CLIP;
    return Math.max(-clip, Math.min(clip, (float) ((number - mean) / deviation)));
  }

  /** The scale in words. */
  static String text(double mean, double deviation, Statistics statistics) {
    String constants = "mean=" + mean + ", deviation=" + deviation;
    if (statistics == Statistics.GIVEN) {
      return constants;
    }
    return "running statistics of the key" + (deviation == 0 ? "" : " from " + constants);
  }
}
