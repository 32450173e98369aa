package io.fastweights.operator.scoring;

/**
 * The upper tail of a key's errors, learned as they come: how improbable is an error of this size?
 *
 * <p>Errors are taken as logarithms, l = ln(error), so that their unit does not matter. The tail
 * begins at a threshold u, which follows the quantile 1 - {@value #SHARE} of l by stochastic
 * approximation (Robbins and Monro 1951). Beyond it the excess l - u is taken as exponential with
 * mean h, the estimator of Hill (1975) for a tail that falls as a power of the error:
 *
 * <pre>
 *   p(error) = SHARE exp(-(l - u) / h)      for l above u
 * </pre>
 *
 * A power law is the cautious choice. If errors fall off faster, p is too large, and too few errors
 * are called improbable, not too many.
 *
 * <p>Steps are small, and a memory that learns has large errors first. If {@value #STARVED} of a
 * key's first {@value #LEARNING} errors in a row stay below u (one chance in eighty for a
 * stationary key), u becomes the largest of them. Later errors do not lower u: a key may be quiet
 * for a night.
 *
 * <p>The state is {@value #SIZE} doubles of a larger array: the mean error, u, h, the number of
 * errors beyond u, that of errors since the last of them, and the largest l of these. The order of
 * operations is fixed and logarithms are those of {@link StrictMath}, so the same errors in the
 * same order give the same bits on every JVM.
 */
final class ErrorTail {
  /** Doubles of a state. */
  static final int SIZE = 6;

  /** Share of the errors beyond the threshold. */
  static final double SHARE = 0.07;

  /** Events of a key before its errors are rated. */
  static final int FIRST_EVENTS = 50;

  /** Errors after which older ones are forgotten by the mean and by the threshold. */
  static final int MEMORY = 8000;

  /** Excesses after which older ones are forgotten. */
  static final int TAIL_MEMORY = 200;

  private static final int MEAN = 0;
  private static final int THRESHOLD = 1;
  private static final int EXCESS = 2;
  private static final int EXCESSES = 3;
  private static final int QUIET = 4;
  private static final int HIGHEST = 5;

  /** Errors below this part of the mean error are alike: logarithms do not run off to -infinity. */
  private static final double FLOOR = 0.01;

  /** Errors below it are rounding. */
  private static final double ROUNDING = 1e-12;

  /** Means of the excess by which the threshold moves; shares of it for the single event. */
  private static final double STEP = 10;

  /** Errors of a key that are taken for those of a memory that learns. */
  static final int LEARNING = 400;

  /** Errors below the threshold in a row that show it to be too high. */
  static final int STARVED = 60;

  /** The least h by which the threshold moves. */
  private static final double LEAST_STEP = 0.05;

  /** The least h of a rating: the threshold and a hair more is no proof. */
  private static final double LEAST_EXCESS = 0.1;

  /** Excesses count as this many means at most, and errors as this many mean errors. */
  private static final double OUTLIER = 10;

  private static final double LN_10 = StrictMath.log(10);
  private static final double SHARE_DECADES = -StrictMath.log10(SHARE);

  private ErrorTail() {}

  /** Writes the state before the first error. */
  static void start(double[] state, int at) {
    java.util.Arrays.fill(state, at, at + SIZE, 0);
    state[at + EXCESS] = 1;
  }

  /**
   * Rates an error by those before it, then learns it.
   *
   * @param error at least 0 and finite
   * @param events that were learned before, at most {@link #MEMORY}
   * @return -log10 p in decades; 0 up to the threshold, and for the first events
   */
  static double add(double error, int events, double[] state, int at) {
    double log = StrictMath.log(error + FLOOR * state[at + MEAN] + ROUNDING);
    if (events == 0) {
      state[at + THRESHOLD] = log;
    }
    double excess = log - state[at + THRESHOLD];
    double decades =
        events >= FIRST_EVENTS && excess > 0
            ? SHARE_DECADES + excess / Math.max(state[at + EXCESS], LEAST_EXCESS) / LN_10
            : 0;
    learn(error, excess, events + 1, state, at);
    return decades;
  }

  private static void learn(double error, double excess, int count, double[] state, int at) {
    double share = Math.max(1.0 / count, 1.0 / MEMORY);
    double step = share * STEP * Math.max(state[at + EXCESS], LEAST_STEP);
    if (excess > 0) {
      double excesses = Math.min(state[at + EXCESSES] + 1, TAIL_MEMORY);
      if (excesses > 1) {
        double bounded = Math.min(excess, OUTLIER * state[at + EXCESS]);
        state[at + EXCESS] += (bounded - state[at + EXCESS]) / excesses;
      }
      state[at + EXCESSES] = excesses;
      state[at + THRESHOLD] += step * (1 - SHARE);
      state[at + QUIET] = 0;
    } else {
      double log = state[at + THRESHOLD] + excess;
      state[at + THRESHOLD] -= step * SHARE;
      if (count <= LEARNING) {
        follow(log, state, at);
      }
    }
    double bounded = count <= FIRST_EVENTS ? error : Math.min(error, OUTLIER * state[at + MEAN]);
    state[at + MEAN] += share * (bounded - state[at + MEAN]);
  }

  /** Lowers a threshold that no error reaches any more. */
  private static void follow(double log, double[] state, int at) {
    boolean first = state[at + QUIET] == 0;
    state[at + HIGHEST] = first ? log : Math.max(log, state[at + HIGHEST]);
    state[at + QUIET]++;
    if (state[at + QUIET] >= STARVED) {
      state[at + THRESHOLD] = Math.min(state[at + THRESHOLD], state[at + HIGHEST]);
      state[at + QUIET] = 0;
    }
  }

  /** The mean error. */
  static double mean(double[] state, int at) {
    return state[at + MEAN];
  }
}
