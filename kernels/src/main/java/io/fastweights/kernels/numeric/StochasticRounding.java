package io.fastweights.kernels.numeric;

/**
 * Rounds a memory to bf16, up or down by chance: of the two neighbours of |x|, the upper one with a
 * probability of f, the distance from the lower one in units of the last place. So an update far
 * below half a unit is learned in the mean. To the nearest it would be lost at every event, and a
 * memory would stop short of its target (Gupta et al. 2015, "Deep Learning with Limited Numerical
 * Precision", section 3).
 *
 * <p>Such roundings alone add f (1 - f) squared units to the mean square of a weight. The larger a
 * weight the larger its unit, so that weights which no answer depends on would grow without bound.
 * To keep the mean square, the probability must be f - f (1 - f) / (2 m + 1), where m of 128 ...
 * 255 is the lower neighbour in units. Here it is f - f (1 - f) / 128, which takes out two to four
 * times what the roundings add: such weights stay near the size of the others. The mean of a
 * rounding is off by at most 2^-9 of a unit for that, towards 0.
 *
 * <p>The choice is no random number but a hash of the event's number among the observed events of
 * its key, the pass over the memory, and the weight's place in it. So it depends on the key's own
 * events alone, and a replay of the log repeats it. A noise of 32 bits is mixed anew for each row
 * and multiplied once for each column: rows and events are independent, columns pairwise.
 */
public final class StochasticRounding {
  /** The pass before an event in which the whole memory fades. */
  public static final int FADE = 0;

  /** f (1 - f) / 128 in parts of 2^16, of the product of two such parts. */
  public static final int DAMPING_SHIFT = 16 + 7;

  /** Odd: the golden ratio of 2^32. */
  public static final int STEP = 0x9e3779b9;

  private static final int NAN = 0x7fc0;

  private StochasticRounding() {}

  /**
   * The seed of an event.
   *
   * @param number of the event among its key's observed events, from 1; an ask has the number that
   *     it would have if it was observed
   */
  public static int event(long number) {
    return mix((int) number ^ mix((int) (number >>> 32) + STEP));
  }

  /** The pass in which an update of an event (of layer {@code update}) rewrites the memory. */
  public static int update(int update) {
    return update + 1;
  }

  /** The offset of a pass, added to an event's seed before it is mixed. */
  public static int offset(int pass) {
    return pass * STEP;
  }

  /** The seed of a pass of an event. */
  public static int pass(int event, int pass) {
    return mix(event + offset(pass));
  }

  /**
   * The seed of a row.
   *
   * @param place of the row's first weight in the key's memory, row-major
   */
  public static int row(int pass, int place) {
    return mix(pass + place);
  }

  /** A constant of a column. */
  public static int column(int column) {
    return mix(column + STEP);
  }

  /** The noise of a weight, 16 bits: its row's seed and its column's constant, mixed. */
  public static int noise(int row, int column) {
    return (row ^ column) * STEP >>> 16;
  }

  /**
   * The bf16 at or below |x|, or the next above, with the sign of x. Numbers that bf16 holds stay;
   * NaN stays NaN.
   *
   * @param noise 0 ... 65535
   */
  public static short of(float x, int noise) {
    int bits = Float.floatToRawIntBits(x);
    int f = bits & 0xffff;
    int damping = f * (0x10000 - f) >>> DAMPING_SHIFT;
    return Float.isNaN(x) ? NAN : (short) (bits - damping + noise >>> 16);
  }

  /**
   * Rounds rows of a memory.
   *
   * @param x the rows stand at {@code x[at ...]}
   * @param place of the first weight in the key's memory
   * @param pass seed of the pass
   */
  public static void round(float[] x, int at, int rows, int columns, int place, int pass) {
    for (int i = 0; i < rows; i++) {
      int seed = row(pass, place + i * columns);
      int from = at + i * columns;
      for (int j = 0; j < columns; j++) {
        float w = x[from + j];
        // Most rows are left alone, and their weights have no bits to round.
        if ((Float.floatToRawIntBits(w) & 0xffff) != 0 || Float.isNaN(w)) {
          x[from + j] = BrainFloat.toFloat(of(w, noise(seed, column(j))));
        }
      }
    }
  }

  /** The finaliser of MurmurHash3 for 32 bits (Appleby 2011). */
  private static int mix(int x) {
    int y = (x ^ x >>> 16) * 0x85ebca6b;
    y = (y ^ y >>> 13) * 0xc2b2ae35;
    return y ^ y >>> 16;
  }
}
