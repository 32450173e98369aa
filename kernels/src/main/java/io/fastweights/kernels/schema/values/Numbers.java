package io.fastweights.kernels.schema.values;

import java.math.BigDecimal;

/** Numbers as texts: 1, 1.0 and 1e0 are the same. */
public final class Numbers {
  private static final int MOST_CHARS = 40;

  private Numbers() {}

  /** The shortest plain text of a number; null for a text that is none, or a very long one. */
  public static String canonical(String text) {
    String trimmed = text.trim();
    if (trimmed.isEmpty() || trimmed.length() > MOST_CHARS || !begins(trimmed.charAt(0))) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(trimmed);
      if (Math.abs((long) number.scale()) > MOST_CHARS) {
        return null;
      }
      return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static boolean begins(char c) {
    return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.';
  }
}
