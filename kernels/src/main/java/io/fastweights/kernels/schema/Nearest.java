package io.fastweights.kernels.schema;

import java.util.Collection;

/** Finds the known name nearest to a misspelt one. */
public final class Nearest {
  private Nearest() {}

  /** "; did you mean NAME?", or nothing where no known name is near. */
  public static String hint(String unknown, Collection<String> known) {
    int least = Math.max(2, unknown.length() / 3) + 1;
    String nearest = null;
    for (String name : known) {
      int edits = edits(unknown, name, least);
      if (edits < least) {
        least = edits;
        nearest = name;
      }
    }
    return nearest == null ? "" : "; did you mean " + nearest + "?";
  }

  /** Edit distance of two names (Levenshtein 1966). */
  public static int edits(String a, String b) {
    return edits(a, b, Integer.MAX_VALUE);
  }

  /** The edit distance, or the limit if it is not smaller: a search for the least stops there. */
  private static int edits(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
        least = Math.min(least, row[j]);
      }
      if (least >= limit) {
        return limit;
      }
    }
    return row[b.length()];
  }
}
