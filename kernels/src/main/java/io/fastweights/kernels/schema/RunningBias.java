package io.fastweights.kernels.schema;

/**
 * Running mean of the residuals of a key, for the second memory of a pair whose target has a {@link
 * Prior}; and the answer made of it and the key's memory.
 *
 * <p>The mean after n residuals is their sum divided by {@code E + n}: the first answer of a new
 * key adds nothing to that of the first memory. The memory learns what a residual differs from the
 * mean before it. An answer is {@code mean + s W^T phi}. The share s of a key is the slope of a
 * regression of what was to be learned on what the memory recalled, {@code (L S + sum r f) / (L +
 * sum f f)}, within 0 and 1; it starts at S = {@value #SHARE}. So a memory that recalls noise is
 * scaled down.
 *
 * <p>The state is an array of doubles: n, the two sums, and the sum of each residual.
 */
final class RunningBias {
  /** Of a memory in the first answers. */
  static final double SHARE = 0.5;

  /** Sum of squares that the first share counts as: that of a few sure answers. */
  static final double SHARE_WEIGHT = 1;

  private static final int N = 0;

  /** Of the share: the sum of products, behind it that of squares. */
  private static final int PRODUCTS = 1;

  private static final int SUMS = PRODUCTS + 2;

  private RunningBias() {}

  /** Doubles of a state; all are 0 before the first residual. */
  static int size(Residual target) {
    return SUMS + target.dim();
  }

  /** Residual minus the mean before it. */
  static float[] residual(Residual target, float[] value, double[] state, int at) {
    float[] residual = new float[value.length];
    for (int j = 0; j < residual.length; j++) {
      residual[j] = (float) (value[j] - mean(target, state, at, j));
    }
    return residual;
  }

  /** Adds a residual. The sums of the share stay until {@link #share} is called. */
  static void add(float[] value, double[] state, int at) {
    state[at + N]++;
    for (int j = 0; j < value.length; j++) {
      state[at + SUMS + j] += value[j];
    }
  }

  /** Place of the sums of a share in a state. */
  static int sums(int at) {
    return at + PRODUCTS;
  }

  static double mean(Residual target, double[] state, int at, int j) {
    return state[at + SUMS + j] / (target.events() + state[at + N]);
  }

  /**
   * Writes the answer into float[dim].
   *
   * @param state before the event
   */
  static void predict(
      Residual target, double[] state, int at, float[] outputs, int from, float[] into) {
    double share = share(state, sums(at));
    for (int j = 0; j < target.dim(); j++) {
      double answer = mean(target, state, at, j) + share * outputs[from + j];
      into[j] = (float) (target.deviation() * answer);
    }
  }

  /**
   * The share of a memory in the answer.
   *
   * @param sums place of the sum of products, and of the sum of squares behind it
   */
  static double share(double[] state, int sums) {
    double slope = (SHARE_WEIGHT * SHARE + state[sums]) / (SHARE_WEIGHT + state[sums + 1]);
    return Math.max(0, Math.min(1, slope));
  }

  /**
   * Writes the sums of the share after an event; where outputs are not finite, they stay.
   *
   * @param learned the target that the memory learned
   * @param before the state before the event
   */
  static void share(
      float[] learned, double[] before, double[] after, int sums, float[] outputs, int from) {
    double products = before[sums];
    double squares = before[sums + 1];
    for (int j = 0; j < learned.length; j++) {
      products += (double) learned[j] * outputs[from + j];
      squares += (double) outputs[from + j] * outputs[from + j];
    }
    boolean finite = Double.isFinite(products) && Double.isFinite(squares);
    after[sums] = finite ? products : before[sums];
    after[sums + 1] = finite ? squares : before[sums + 1];
  }
}
