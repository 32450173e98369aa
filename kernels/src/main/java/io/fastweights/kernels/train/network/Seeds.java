package io.fastweights.kernels.train.network;

/**
 * Seeds derived from seeds (the finaliser of SplittableRandom). Random numbers in training have no
 * state: they depend on the seed and the place of the draw, so a run that resumes from a checkpoint
 * draws the same.
 */
public final class Seeds {
  private Seeds() {}

  public static long mix(long seed, long place) {
    long z = seed + (place + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
