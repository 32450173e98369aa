package io.fastweights.kernels.train;

/**
 * Options of a training pass over a sequence.
 *
 * @param chunk most events of a sequence between two truncations of back-propagation
 * @param attentionDropout share of attention's outputs that is dropped; dpfp-pytorch's {@code
 *     attn_dropout}
 * @param feedForwardDropout share of the widened activations that is dropped; its {@code
 *     ff_dropout}
 */
record PassOptions(int chunk, float attentionDropout, float feedForwardDropout) {

  /** Without dropout, as for an evaluation. */
  static PassOptions exact(int chunk) {
    return new PassOptions(chunk, 0, 0);
  }
}
