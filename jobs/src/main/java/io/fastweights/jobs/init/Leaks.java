package io.fastweights.jobs.init;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds columns that tell the target of their own event. */
final class Leaks {
  private static final int FEWEST = 10;
  private static final double SAME_LINE = 0.99999;

  private Leaks() {}

  /** A reason to think that a column would not be known before the target; null for none. */
  static String of(Column column, Column target) {
    if (target.present() < FEWEST || column.distinct() < 2) {
      return null;
    }
    if (isRelabelling(column, target)) {
      return "has one value for each value of " + target.name();
    }
    if (column.isNumber() && target.distinct() == 2 && isSplit(column, target)) {
      return "is larger for one value of "
          + target.name()
          + " than for the other, without exception";
    }
    if (column.isNumber() && target.isNumber() && correlation(column, target) > SAME_LINE) {
      return "is a multiple of " + target.name();
    }
    return null;
  }

  /** Values that hardly repeat would be a relabelling of anything. */
  private static boolean isRelabelling(Column column, Column target) {
    Map<String, String> there = new HashMap<>();
    Map<String, String> back = new HashMap<>();
    int pairs = 0;
    for (int i = 0; i < column.values().size(); i++) {
      String a = column.values().get(i);
      String b = target.values().get(i);
      if (a != null && b != null) {
        pairs++;
        if (!there.computeIfAbsent(a, key -> b).equals(b)
            || !back.computeIfAbsent(b, key -> a).equals(a)) {
          return false;
        }
      }
    }
    boolean same = there.entrySet().stream().allMatch(e -> e.getKey().equals(e.getValue()));
    return pairs >= FEWEST && (same || there.size() <= pairs / 2);
  }

  private static boolean isSplit(Column column, Column target) {
    List<String> classes = List.copyOf(target.counts().keySet());
    double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
    double[] most = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    int[] count = new int[2];
    for (int i = 0; i < column.values().size(); i++) {
      String value = column.values().get(i);
      String label = target.values().get(i);
      if (value != null && label != null) {
        int at = classes.indexOf(label);
        double number = Column.number(value);
        least[at] = Math.min(least[at], number);
        most[at] = Math.max(most[at], number);
        count[at]++;
      }
    }
    return Math.min(count[0], count[1]) >= FEWEST && (most[0] < least[1] || most[1] < least[0]);
  }

  /** The absolute value of Pearson's coefficient. */
  private static double correlation(Column a, Column b) {
    int count = 0;
    double meanA = 0;
    double meanB = 0;
    double squaresA = 0;
    double squaresB = 0;
    double products = 0;
    for (int i = 0; i < a.values().size(); i++) {
      if (a.values().get(i) != null && b.values().get(i) != null) {
        count++;
        double x = Column.number(a.values().get(i));
        double y = Column.number(b.values().get(i));
        double fromA = x - meanA;
        double fromB = y - meanB;
        meanA += fromA / count;
        meanB += fromB / count;
        squaresA += fromA * (x - meanA);
        squaresB += fromB * (y - meanB);
        products += fromA * (y - meanB);
      }
    }
    double scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
    return count < FEWEST || !(scale > 0) ? 0 : Math.abs(products / scale);
  }
}
