package io.fastweights.jobs.init;

import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much the last target of a key alone tells of the next one, in the sample.
 *
 * @param text what was found, for the user
 * @param change mean size of a number's changes
 * @param tells true if it is nearer than the best constant answer: the most frequent value of all,
 *     or of a number the key's mean so far
 */
record LastValue(String text, boolean tells, double change) {
  private static final String ALL = "";

  /** Standard deviations of a mean size, of a normal distribution. */
  private static final double DEVIATIONS = 1.2533;

  /**
   * @param keys null where all events have one key
   */
  static LastValue of(Column target, Target kind, List<String> keys) {
    return kind instanceof Target.Number ? ofNumbers(target, keys) : ofLabels(target, keys);
  }

  /** The target by its changes, where its last value tells of it. */
  Target.Number target(Target.Number number) {
    if (!tells) {
      return number;
    }
    double deviation = Fields.rounded(DEVIATIONS * change);
    return number.deviation() > 0 && deviation > Fields.LEAST_DEVIATION
        ? new Target.Number(number.name(), number.mean(), deviation, Statistics.CHANGES)
        : new Target.Number(number.name(), 0, 0, Statistics.CHANGES);
  }

  private static LastValue ofLabels(Column target, List<String> keys) {
    Map<String, String> last = new HashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    int pairs = 0;
    int same = 0;
    for (int i = 0; i < target.values().size(); i++) {
      String now = target.values().get(i);
      String key = keys == null ? ALL : keys.get(i);
      if (now == null || key == null) {
        continue;
      }
      String before = last.put(key, now);
      if (before != null) {
        pairs++;
        same += before.equals(now) ? 1 : 0;
        counts.merge(now, 1, Integer::sum);
      }
    }
    int most = counts.values().stream().mapToInt(n -> n).max().orElse(0);
    String text =
        String.format(
            Locale.ROOT,
            "alone right for %.0f %% of the next, the most frequent one for %.0f %%",
            100.0 * same / Math.max(1, pairs),
            100.0 * most / Math.max(1, pairs));
    return new LastValue(text, same > most, 0);
  }

  private static LastValue ofNumbers(Column target, List<String> keys) {
    Map<String, double[]> seen = new HashMap<>();
    int pairs = 0;
    double fromLast = 0;
    double fromMean = 0;
    for (int i = 0; i < target.values().size(); i++) {
      String value = target.values().get(i);
      String key = keys == null ? ALL : keys.get(i);
      if (value == null || key == null) {
        continue;
      }
      double now = Column.number(value);
      // Count, sum and last value of the key.
      double[] of = seen.computeIfAbsent(key, k -> new double[3]);
      if (of[0] > 0) {
        pairs++;
        fromLast += Math.abs(now - of[2]);
        fromMean += Math.abs(now - of[1] / of[0]);
      }
      of[0]++;
      of[1] += now;
      of[2] = now;
    }
    String text =
        String.format(
            Locale.ROOT,
            "on average %.3g from the next, the mean so far %.3g",
            fromLast / Math.max(1, pairs),
            fromMean / Math.max(1, pairs));
    return new LastValue(text, fromLast < fromMean, fromLast / Math.max(1, pairs));
  }
}
