package io.fastweights.jobs.retrain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The losses of a candidate beside those of the weights that serve, on the same events.
 *
 * @param events that both were judged on
 * @param serving mean loss of the weights that serve
 * @param candidate mean loss of the candidate
 * @param error half the width of the 95% interval of the difference, from the means of {@value
 *     #BLOCKS} blocks of events in the order of their times: neighbours in time err alike; infinite
 *     for too few
 */
record Gain(long events, double serving, double candidate, double error) {
  private static final int BLOCKS = 20;

  /** The 97.5% quantile of Student's t with 19 degrees of freedom. */
  private static final double T_19 = 2.093;

  private static final int LEAST_OF_BLOCK = 5;

  /**
   * The losses of one event.
   *
   * @param time of the event, in milliseconds since 1970-01-01 UTC
   */
  record Pair(long time, double serving, double candidate) {
    private double gain() {
      return serving - candidate;
    }
  }

  static Gain of(List<Pair> pairs) {
    List<Pair> inTime = new ArrayList<>(pairs);
    inTime.sort(Comparator.comparingLong(Pair::time));
    return new Gain(
        inTime.size(),
        inTime.stream().mapToDouble(Pair::serving).average().orElse(0),
        inTime.stream().mapToDouble(Pair::candidate).average().orElse(0),
        error(inTime));
  }

  private static double error(List<Pair> pairs) {
    if (pairs.size() < BLOCKS * LEAST_OF_BLOCK) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    double squares = 0;
    for (int b = 0; b < BLOCKS; b++) {
      int from = (int) ((long) b * pairs.size() / BLOCKS);
      int to = (int) ((b + 1L) * pairs.size() / BLOCKS);
      double mean =
          pairs.subList(from, to).stream().mapToDouble(Pair::gain).average().orElseThrow();
      sum += mean;
      squares += mean * mean;
    }
    double variance = Math.max(0, (squares - sum * sum / BLOCKS) / (BLOCKS - 1));
    return T_19 * Math.sqrt(variance / BLOCKS);
  }

  /** Mean loss of the weights that serve less that of the candidate. */
  double mean() {
    return serving - candidate;
  }

  /**
   * True if the candidate is better for sure, and by enough.
   *
   * @param margin least gain, as a share of the loss of the weights that serve
   */
  boolean isBetter(double margin) {
    return mean() - error > 0 && mean() >= margin * serving;
  }

  /** Reason why the candidate is not better. */
  String why(double margin) {
    if (Double.isInfinite(error)) {
      return "judged on too few events";
    }
    return mean() - error > 0
        ? String.format(Locale.ROOT, "below the margin of %.1f%%", 100 * margin)
        : "within chance";
  }

  /** "loss 0.4120 -> 0.3970, 0.0150 ± 0.0040 less (3.6%), on 12,031 events". */
  String text() {
    return String.format(
        Locale.ROOT,
        "loss %.4f -> %.4f, %.4f ± %.4f less (%.1f%%), on %,d events",
        serving,
        candidate,
        mean(),
        error,
        100 * mean() / serving,
        events);
  }
}
