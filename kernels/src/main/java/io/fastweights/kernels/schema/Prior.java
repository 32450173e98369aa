package io.fastweights.kernels.schema;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * The rate of each class before a key's first event. It counts as a number of events beside the
 * key's own: a new key is answered with the prior, an old one with its own rate; see {@link
 * RunningRates}.
 *
 * @param rates of the classes in their order, or of true alone; positive. Those of classes are
 *     divided by their sum, which is 1 but for rounding
 * @param events that the rates count as
 */
public record Prior(List<Double> rates, double events) {
  /** Events where a schema does not say; as many as those of {@link RunningMoments}. */
  public static final double EVENTS = RunningMoments.START;

  /** A rate is at least this, and the rate of true at most 1 minus this. */
  public static final double LEAST_RATE = 1e-6;

  private static final double LEAST_EVENTS = 0.1;
  static final double MOST_EVENTS = 1e6;

  /** Of rates that were rounded by hand. */
  private static final double ROUNDING = 0.02;

  /** Of rates that were divided by their sum. */
  private static final double ALREADY = 1e-9;

  public Prior {
    for (double rate : rates) {
      if (!(rate >= LEAST_RATE && rate <= 1 - LEAST_RATE)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "prior: a rate is %s, must be in %s ... %s",
                rate,
                LEAST_RATE,
                1 - LEAST_RATE));
      }
    }
    double sum = sum(rates);
    if (rates.size() != 1 && !(Math.abs(sum - 1) <= ROUNDING)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "prior: the rates sum to %s, must sum to 1", sum));
    }
    rates = rates.size() == 1 ? List.copyOf(rates) : normalised(rates, sum);
    if (!(events >= LEAST_EVENTS && events <= MOST_EVENTS)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "prior: events is %s, must be in %s ... %,.0f",
              events,
              LEAST_EVENTS,
              MOST_EVENTS));
    }
  }

  /** The same rate for each class of a target. */
  public static Prior even(int dim, double events) {
    double rate = dim == 1 ? 0.5 : 1.0 / dim;
    return new Prior(DoubleStream.generate(() -> rate).limit(dim).boxed().toList(), events);
  }

  /**
   * @throws IllegalArgumentException if there is not a rate for each of a target's probabilities
   */
  void check(String target, int dim) {
    if (rates.size() != dim) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s: the prior has %d rates, must have %d",
              target,
              rates.size(),
              dim));
    }
  }

  /** The same rates where they were divided before, so that a schema is read as it was written. */
  private static List<Double> normalised(List<Double> rates, double sum) {
    boolean already = Math.abs(sum - 1) <= ALREADY;
    return already ? List.copyOf(rates) : rates.stream().map(rate -> rate / sum).toList();
  }

  double rate(int c) {
    return rates.get(c);
  }

  private static double sum(List<Double> rates) {
    return rates.stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Bounds a sum of answers by a rule of succession: the probability of a class is within what its
   * rate would be if no label, or each, had been of it. Those of classes sum to 1.
   *
   * @param sum float[classes], or that of true
   * @param labels that the answers are made of
   * @param into float[classes]
   */
  public void bound(float[] sum, double labels, float[] into) {
    double range = labels / (events + labels);
    double excess = 0;
    for (int c = 0; c < sum.length; c++) {
      excess += Math.max(0, Math.min(1, sum[c]) - (1 - range) * rate(c));
    }
    for (int c = 0; c < sum.length; c++) {
      double least = (1 - range) * rate(c);
      double above = Math.max(0, Math.min(1, sum[c]) - least);
      double share = excess > 0 ? above / excess : rate(c);
      into[c] = inside(least + (sum.length == 1 ? Math.min(range, above) : range * share));
    }
  }

  /** A probability as a float, neither 0 nor 1. */
  static float inside(double probability) {
    return Math.max(Float.MIN_NORMAL, Math.min(Math.nextDown(1f), (float) probability));
  }
}
