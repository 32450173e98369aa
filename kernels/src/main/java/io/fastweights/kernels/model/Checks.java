package io.fastweights.kernels.model;

import java.util.Arrays;
import java.util.Locale;

/** Argument checks at the public edge: each names the value and the limit. */
public final class Checks {
  /** Some virtual machines keep a few words of an array for themselves. */
  public static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private Checks() {}

  static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
    }
    return value;
  }

  static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
    }
    return value;
  }

  /** Refuses sizes whose product no Java array can have; no factor may be negative. */
  static void fitsAnArray(String what, int... sizes) {
    long product = 1;
    for (int size : sizes) {
      product *= size;
      if (product > LARGEST_ARRAY) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s of %s is larger than one Java array",
                what,
                Arrays.toString(sizes)));
      }
    }
  }
}
