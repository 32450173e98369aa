package io.fastweights.kernels.numeric;

/**
 * exp, softplus and the tail of the normal distribution in double, as fixed sequences of additions,
 * multiplications and divisions without a branch, so that vector lanes give the same bits as plain
 * loops. Both are right to a relative error of 3e-10, which is 1/200 of a float's last place: what
 * is rounded to float from them lies within 1 ulp of the exact result.
 */
public final class Transcendental {
  /** Arguments of {@link #exp} are held within +- this. */
  public static final double EXP_LIMIT = 700;

  /** Adding it to |x| below 2^51 rounds x to an integer, which then stands in the lowest bits. */
  public static final double ROUND = 0x1.8p52;

  public static final double LOG2_E = 0x1.71547652b82fep0;
  public static final double LN_2 = 0x1.62e42fefa39efp-1;

  /** Taylor coefficients of exp, highest first; on |r| at most ln(2) / 2 they leave 2e-10. */
  private static final double[] EXP = {
    1d / 40320, 1d / 5040, 1d / 720, 1d / 120, 1d / 24, 1d / 6, 1d / 2, 1, 1
  };

  /** Arguments of {@link #normalTail} above this are taken as this. */
  public static final double TAIL_LIMIT = 20;

  /** Maps t in [0, 20] to u = (t - 5) / (t + 5) in [-1, 0.6]. */
  public static final double TAIL_CENTRE = 5;

  /**
   * (t + 5) exp(t^2 / 2) Phi(-t) as a polynomial in u, highest power first: interpolated at the
   * Chebyshev nodes of [-1, 0.6] in 40 digits; relative error at most 2.2e-10.
   */
  private static final double[] TAIL = {
    -5.6220704364185434e-05,
    -4.567627674805085e-05,
    0.0005534656209014844,
    -0.0008022193839616077,
    -0.002996598273827902,
    0.02079571897146086,
    -0.0691181560946019,
    0.1650203152598509,
    -0.313533181897692,
    0.4953056178831012,
    -0.6653825026903514,
    0.7691930497370486
  };

  /**
   * (1 / 2) log((1 + s) / (1 - s)) / s as a polynomial in s^2, highest power first: the Taylor
   * series of the inverse hyperbolic tangent. For s at most 1/3 it leaves 2e-11.
   */
  private static final double[] ATANH = {
    1d / 21, 1d / 19, 1d / 17, 1d / 15, 1d / 13, 1d / 11, 1d / 9, 1d / 7, 1d / 5, 1d / 3, 1
  };

  private Transcendental() {}

  /** Powers in the polynomial of exp. */
  public static int expDegree() {
    return EXP.length - 1;
  }

  /** A coefficient of exp's polynomial, 0 for the highest power's. */
  public static double exp(int i) {
    return EXP[i];
  }

  /** Powers of s^2 in the polynomial of {@link #softplus}. */
  public static int softplusDegree() {
    return ATANH.length - 1;
  }

  /** A coefficient of softplus's polynomial, 0 for the highest power's. */
  public static double softplus(int i) {
    return ATANH[i];
  }

  /** Powers in the polynomial of the tail. */
  public static int tailDegree() {
    return TAIL.length - 1;
  }

  /** A coefficient of the tail's polynomial, 0 for the highest power's. */
  public static double tail(int i) {
    return TAIL[i];
  }

  /** e^x for x held within +-700; NaN for NaN. */
  public static double exp(double x) {
    double held = x > EXP_LIMIT ? EXP_LIMIT : x;
    held = held < -EXP_LIMIT ? -EXP_LIMIT : held;
    double rounded = Math.fma(held, LOG2_E, ROUND);
    double r = Math.fma(rounded - ROUND, -LN_2, held);
    double p = EXP[0];
    for (int i = 1; i < EXP.length; i++) {
      p = Math.fma(p, r, EXP[i]);
    }
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(p) + (Double.doubleToRawLongBits(rounded) << 52));
  }

  /** log(1 + e^x), in x's positive part and a remainder in 0 ... log(2); NaN for NaN. */
  public static double softplus(double x) {
    double e = exp(-Math.abs(x));
    double s = e / (2 + e);
    double p = ATANH[0];
    for (int i = 1; i < ATANH.length; i++) {
      p = Math.fma(p, s * s, ATANH[i]);
    }
    return (x > 0 ? x : 0) + 2 * s * p;
  }

  /** Phi(-t): the probability that a standard normal variable exceeds t, for t limited to 20. */
  public static double normalTail(double t) {
    double held = t > TAIL_LIMIT ? TAIL_LIMIT : t;
    double inverse = 1 / (held + TAIL_CENTRE);
    double u = (held - TAIL_CENTRE) * inverse;
    double p = TAIL[0];
    for (int i = 1; i < TAIL.length; i++) {
      p = Math.fma(p, u, TAIL[i]);
    }
    return p * inverse * exp(-0.5 * held * held);
  }
}
