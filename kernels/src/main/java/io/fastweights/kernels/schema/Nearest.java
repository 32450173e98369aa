package io.fastweights.kernels.schema;

import java.util.Collection;
import java.util.Comparator;

/** The known name that a misspelt one was meant to be. */
public final class Nearest {
  private Nearest() {}

  /** "; did you mean NAME?", or nothing where no known name is near. */
  public static String hint(String unknown, Collection<String> known) {
    int most = Math.max(2, unknown.length() / 3);
    return known.stream()
        .filter(name -> edits(unknown, name) <= most)
        .min(Comparator.comparingInt((String name) -> edits(unknown, name)))
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  /** Letters to put in, leave out or change to make one of the other (Levenshtein 1966). */
  public static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
