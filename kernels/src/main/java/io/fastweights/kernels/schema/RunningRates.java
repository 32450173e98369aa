package io.fastweights.kernels.schema;

/**
 * Running rates of a key's classes, and the answer made of them and the key's memory.
 *
 * <p>The rate of class c after n labels, n_c of them c, is {@code u_c = (E p_c + n_c) / (E + n)},
 * with the rates p and the events E of the {@link Prior}. The memory learns what a label differs
 * from the rates before it, {@code y - u}, so a memory that knows nothing says "as often as ever".
 *
 * <p>An answer is a mixture of two estimates, {@code (1 - s) u + s m}. The first is the rate. The
 * second is the memory's, {@code m = u + W^T phi}, kept within bounds and on a sum of 1. The share
 * s of a key starts at {@value #SHARE} and follows which of the two predicted the key's labels
 * better, by an online Newton step on the log loss (Hazan, Agarwal and Kale 2007): with p the
 * answer and {@code g = (m - u) / p} of the class that came, {@code A += g g} and {@code s += g /
 * A}. A memory that is often sure and wrong so loses its share, however sure it is.
 *
 * <p>The bounds are a rule of succession: {@code E p_c / (E + n) <= m_c <= (E p_c + n) / (E + n)},
 * what the rate would be if no label, or each, had been c. No probability is 0 or 1, and that of a
 * key's first event is p.
 *
 * <p>The state is an array of doubles: n, s, the sum of squares of g, and n_c of each class or that
 * of true. The order of operations is fixed, so the same labels and outputs in the same order give
 * the same bits.
 */
final class RunningRates {
  /** Of a memory in the first answers. */
  static final double SHARE = 0.5;

  /** A where a share starts. */
  static final double CURVATURE = 10;

  /** A share is at least this, and at most 1 minus this: the log loss stays finite. */
  static final double LEAST_SHARE = 0.02;

  private static final int N = 0;
  private static final int S = 1;
  private static final int SQUARES = 2;
  private static final int COUNTS = 3;

  private RunningRates() {}

  /** Doubles of a state. */
  static int size(Prior prior) {
    return COUNTS + prior.rates().size();
  }

  /** Writes the state before the first label. */
  static void start(double[] state, int at) {
    state[at + S] = SHARE;
  }

  /** Adds a label. The share stays until {@link #share} is called. */
  static void add(Prior prior, int label, double[] state, int at) {
    state[at + N]++;
    if (prior.rates().size() > 1) {
      state[at + COUNTS + label]++;
    } else {
      state[at + COUNTS] += label;
    }
  }

  /** Label minus the rates before it, float[classes]. */
  static float[] residual(Prior prior, int label, double[] state, int at) {
    float[] residual = new float[prior.rates().size()];
    for (int c = 0; c < residual.length; c++) {
      residual[c] = (float) (truth(prior, label, c) - rate(prior, state, at, c));
    }
    return residual;
  }

  /** 1 for the class of the label, else 0. */
  static double truth(Prior prior, int label, int c) {
    return prior.rates().size() > 1 ? (label == c ? 1 : 0) : label;
  }

  /**
   * Writes the answer into float[classes].
   *
   * @param state before the event
   * @param outputs of the memory, for the residual
   */
  static void predict(
      Prior prior, double[] state, int at, float[] outputs, int from, float[] into) {
    double share = state[at + S];
    double excess = excess(prior, state, at, outputs, from);
    for (int c = 0; c < prior.rates().size(); c++) {
      double rate = rate(prior, state, at, c);
      double mixed = rate + share * (memory(prior, state, at, outputs, from, excess, c) - rate);
      into[c] = Prior.inside(mixed);
    }
  }

  /**
   * Writes the share after a label.
   *
   * @param state before the event
   * @param outputs of the memory for the event; where they are not finite, the share stays
   */
  static void share(
      Prior prior, int label, double[] state, double[] after, int at, float[] outputs, int from) {
    double share = state[at + S];
    int c = prior.rates().size() > 1 ? label : 0;
    double excess = excess(prior, state, at, outputs, from);
    double rate = rate(prior, state, at, c);
    double memory = memory(prior, state, at, outputs, from, excess, c);
    if (prior.rates().size() == 1 && label == 0) {
      rate = 1 - rate;
      memory = 1 - memory;
    }
    double gradient = (memory - rate) / (share * memory + (1 - share) * rate);
    double squares = state[at + SQUARES] + gradient * gradient;
    boolean finite = Double.isFinite(squares);
    double moved = share + gradient / (CURVATURE + squares);
    after[at + S] = finite ? Math.max(LEAST_SHARE, Math.min(1 - LEAST_SHARE, moved)) : share;
    after[at + SQUARES] = finite ? squares : state[at + SQUARES];
  }

  private static double rate(Prior prior, double[] state, int at, int c) {
    return (prior.events() * prior.rate(c) + state[at + COUNTS + c])
        / (prior.events() + state[at + N]);
  }

  private static double least(Prior prior, double[] state, int at, int c) {
    return prior.events() * prior.rate(c) / (prior.events() + state[at + N]);
  }

  /** The memory's estimate of a class. */
  private static double memory(
      Prior prior, double[] state, int at, float[] outputs, int from, double excess, int c) {
    double least = least(prior, state, at, c);
    double range = state[at + N] / (prior.events() + state[at + N]);
    if (prior.rates().size() == 1) {
      return least
          + Math.max(0, Math.min(range, rate(prior, state, at, c) + outputs[from] - least));
    }
    return excess > 0
        ? least + range * above(prior, state, at, outputs, from, c) / excess
        : rate(prior, state, at, c);
  }

  /** Sum of what the memory gives the classes above their lower bounds. */
  private static double excess(Prior prior, double[] state, int at, float[] outputs, int from) {
    double sum = 0;
    for (int c = 0; c < prior.rates().size(); c++) {
      sum += above(prior, state, at, outputs, from, c);
    }
    return sum;
  }

  private static double above(
      Prior prior, double[] state, int at, float[] outputs, int from, int c) {
    double least = least(prior, state, at, c);
    return Math.max(0, Math.min(1, rate(prior, state, at, c) + outputs[from + c]) - least);
  }
}
