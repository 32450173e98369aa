package io.fastweights.kernels.schema.values;

/**
 * Numbers that depend on a seed only, on every JVM and release, so that a projection made of them
 * need not be stored.
 */
public final class Mix {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private Mix() {}

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014, with Stafford's constants). */
  public static long mix64(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Standard normal numbers by the method of Box and Muller. */
  public static void gaussians(long seed, float[] into) {
    long state = mix64(seed);
    for (int i = 0; i < into.length; i += 2) {
      state += GOLDEN_GAMMA;
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - unit(mix64(state))));
      state += GOLDEN_GAMMA;
      double angle = 2 * StrictMath.PI * unit(mix64(state));
      into[i] = (float) (radius * StrictMath.cos(angle));
      if (i + 1 < into.length) {
        into[i + 1] = (float) (radius * StrictMath.sin(angle));
      }
    }
  }

  /** The word of this number, from 0, of a sequence of random bits. */
  public static long word(long seed, int number) {
    return mix64(seed + (number + 1) * GOLDEN_GAMMA);
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1p-53;
  }
}
