package io.fastweights.jobs.events.time;

import io.fastweights.kernels.schema.EventFormat.Unit;

/** Times that are numbers: whole ones, or with a fraction, counted from 1970-01-01 UTC. */
final class EpochNumber {
  /** The third day of 1970 and March 1973 where it counts milliseconds, a time of our days else. */
  static final long LEAST_OF_SECONDS = 100_000_000L;

  static final long LEAST_OF_MILLIS = 100_000_000_000L;
  static final long LEAST_OF_MICROS = 100_000_000_000_000L;
  static final long LEAST_OF_NANOS = 100_000_000_000_000_000L;

  private EpochNumber() {}

  /**
   * True if a text is a number: digits, with one sign before and one point within or after them.
   */
  static boolean is(String text) {
    int from = text.startsWith("-") ? 1 : 0;
    int digits = 0;
    int points = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (c == '.' && digits > 0 && points == 0) {
        points++;
      } else {
        return false;
      }
    }
    return digits > 0;
  }

  /** The whole part of a number. */
  static long whole(String text) {
    int point = text.indexOf('.');
    return Long.parseLong(point < 0 ? text : text.substring(0, point));
  }

  /**
   * Milliseconds since 1970-01-01 UTC.
   *
   * @throws ArithmeticException if they are more than a long holds
   * @throws NumberFormatException if the number is more than a long holds
   */
  static long millis(String text, Unit unit) {
    long whole = whole(text);
    int point = text.indexOf('.');
    long millis = 0;
    for (int i = 1; i <= 3 && point >= 0; i++) {
      int digit = point + i < text.length() ? text.charAt(point + i) - '0' : 0;
      millis = 10 * millis + digit;
    }
    long fraction = text.startsWith("-") ? -millis : millis;
    return unit == Unit.S
        ? Math.addExact(Math.multiplyExact(whole, unit.millis()), fraction)
        : Math.floorDiv(whole, unit.perMilli());
  }

  /** The unit in which a number is a time from 1973 on; null for one too small to say. */
  static Unit likely(long number) {
    long size = Math.abs(number);
    if (size >= LEAST_OF_NANOS) {
      return Unit.NS;
    }
    if (size >= LEAST_OF_MICROS) {
      return Unit.US;
    }
    if (size >= LEAST_OF_MILLIS) {
      return Unit.MS;
    }
    return size >= LEAST_OF_SECONDS ? Unit.S : null;
  }
}
