package io.fastweights.kernels.math;

import io.fastweights.kernels.numeric.Transcendental;

/**
 * The forget gate of a head, in readable form: how W is multiplied before an event reads it (Yang
 * et al. 2024, arXiv:2412.06464, equation 10, where the factor is alpha).
 *
 * <pre>
 *   g = log(1 + exp(z))                 octaves, of z = the event's projection
 *   n = round(4096 g)                   steps
 *   W &lt;- 2^(-n / 4096) W
 * </pre>
 *
 * Steps add as integers. So W is not multiplied: a counter c of its steps is, and what is stored is
 * V with {@code W = s V, s = 2^(-c / 4096)}. A read of V is multiplied by s, a delta by 1 / s, and
 * a row that an event does not touch costs nothing. When the counter has passed {@link #SPAN}, V is
 * multiplied by a power of two, which is exact, and the counter is less by as many octaves; so 1 /
 * s is at most 256. The counter belongs to the memory: two floats after W, each a whole number that
 * bf16 can hold, {@code c = 256 first + second}.
 */
public final class ForgetGate {
  /** Steps of an octave, in which W becomes half of what it was. */
  public static final int OCTAVE = 4096;

  /** The counter is below this many steps. */
  public static final int SPAN = 8 * OCTAVE;

  /** Most steps of one event: nothing that is left of W then counts beside what is written. */
  public static final int MOST = 64 * OCTAVE;

  /** What the second float of a counter counts to. */
  private static final int LOW = 256;

  /** s of each counter. */
  private static final float[] SCALES = scales();

  private ForgetGate() {}

  private static float[] scales() {
    float[] scales = new float[SPAN];
    for (int c = 0; c < SPAN; c++) {
      scales[c] = (float) Transcendental.exp(-c * (Transcendental.LN_2 / OCTAVE));
    }
    return scales;
  }

  /** n of z, a whole number in 0 ... {@link #MOST}; 0 for NaN. */
  public static float steps(float z) {
    double n = Math.rint(OCTAVE * Transcendental.softplus(z));
    return n >= 0 ? (float) Math.min(n, MOST) : 0;
  }

  /** s of a counter below {@link #SPAN}; the inverse is 1 / s. */
  public static float scale(int counter) {
    return SCALES[counter];
  }

  /** The counter that begins at w[at]; in its range whatever the floats are. */
  public static int counter(float[] w, int at) {
    int high = (int) w[at];
    int low = (int) w[at + 1];
    int counter = high * LOW + low;
    return Math.max(0, Math.min(counter, SPAN - 1));
  }

  /** Stores a counter below {@link #SPAN}. */
  public static void store(float[] w, int at, int counter) {
    int high = counter / LOW;
    int low = counter % LOW;
    w[at] = high;
    w[at + 1] = low;
  }

  /**
   * The power of two that V is multiplied by as a counter passes {@link #SPAN}; 1 below it.
   *
   * @param counter with the steps of an event
   */
  public static float wrap(int counter) {
    return Float.intBitsToFloat(127 - 8 * (counter / SPAN) << 23);
  }
}
