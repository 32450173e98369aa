package io.fastweights.kernels.model;

/** The number format of a memory in a pool or in state; arithmetic is always in fp32. */
public enum Storage {
  /** Four bytes a weight, exactly what the arithmetic gives. */
  FP32(4),
  /**
   * Two bytes a weight, the upper half of a float: the exponent of fp32 and 8 bits of precision. A
   * weight that an event rewrites is rounded before anything reads it again, so the bits do not
   * depend on where batches were cut: up or down, by a hash of its place and of the event's number,
   * so that small updates are learned in the mean. Each rewrite errs by less than 2^-7 of the new
   * weight, |w'| / 128; weights that an event leaves alone do not change. See {@link
   * io.fastweights.kernels.numeric.StochasticRounding}.
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
