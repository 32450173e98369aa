package io.fastweights.jobs.quality;

import java.math.BigInteger;

/**
 * Sums of doubles that do not depend on their order: fixed-point numbers of {@value #WORDS} longs,
 * the lowest first, in multiples of 2^-96. A summand is cut off there; so it must not be beyond
 * 2^62, and a sum not beyond 2^94.
 */
final class WideSum {
  /** Longs of a sum. */
  static final int WORDS = 3;

  private static final int FRACTION = 96;
  private static final int MANTISSA = 52;

  private WideSum() {}

  /** Adds a finite value to the sum at a place. */
  static void add(long[] sums, int at, double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> MANTISSA) & 0x7ff;
    if (exponent == 0) {
      return;
    }
    long mantissa = bits & (1L << MANTISSA) - 1 | 1L << MANTISSA;
    int shift = exponent - 1023 - MANTISSA + FRACTION;
    if (shift < 0) {
      mantissa = shift <= -Long.SIZE ? 0 : mantissa >>> -shift;
      shift = 0;
    }
    int word = shift / Long.SIZE;
    int rest = shift % Long.SIZE;
    long low = mantissa << rest;
    long high = rest == 0 ? 0 : mantissa >>> Long.SIZE - rest;
    if (bits >= 0) {
      addWord(sums, at, word, low);
      addWord(sums, at, word + 1, high);
    } else {
      subtractWord(sums, at, word, low);
      subtractWord(sums, at, word + 1, high);
    }
  }

  private static void addWord(long[] sums, int at, int word, long value) {
    long carry = value;
    for (int w = word; w < WORDS && carry != 0; w++) {
      long before = sums[at + w];
      sums[at + w] = before + carry;
      carry = Long.compareUnsigned(sums[at + w], before) < 0 ? 1 : 0;
    }
  }

  private static void subtractWord(long[] sums, int at, int word, long value) {
    long borrow = value;
    for (int w = word; w < WORDS && borrow != 0; w++) {
      long before = sums[at + w];
      sums[at + w] = before - borrow;
      borrow = Long.compareUnsigned(before, borrow) < 0 ? 1 : 0;
    }
  }

  /** Adds sums to others, one by one. */
  static void addAll(long[] sums, long[] others) {
    for (int at = 0; at < sums.length; at += WORDS) {
      for (int w = 0; w < WORDS; w++) {
        addWord(sums, at, w, others[at + w]);
      }
    }
  }

  /** The value of the sum at a place, to the nearest double or one beside it. */
  static double value(long[] sums, int at) {
    BigInteger whole = BigInteger.valueOf(sums[at + WORDS - 1]);
    for (int w = WORDS - 2; w >= 0; w--) {
      BigInteger word = new BigInteger(Long.toUnsignedString(sums[at + w]));
      whole = whole.shiftLeft(Long.SIZE).add(word);
    }
    return Math.scalb(whole.doubleValue(), -FRACTION);
  }
}
