package io.fastweights.kernels.model;

/** The number format of a memory in a pool or in state; arithmetic is always in fp32. */
public enum Storage {
  /** Four bytes a weight, exactly what the arithmetic gives. */
  FP32(4),
  /**
   * Two bytes a weight, the upper half of a float: the exponent of fp32 and 8 bits of precision. A
   * weight that an event rewrites is rounded to the nearest, ties to even, before anything reads it
   * again, so the bits do not depend on where batches were cut. Each rewrite errs by at most 2^-8
   * of the new weight, |w'| / 256; weights that an event leaves alone do not change. See {@link
   * io.fastweights.kernels.numeric.BrainFloat}.
   */
  BF16(2);

  private final int bytes;

  Storage(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one weight. */
  public int bytes() {
    return bytes;
  }
}
