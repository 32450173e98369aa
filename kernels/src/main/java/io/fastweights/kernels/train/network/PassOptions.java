package io.fastweights.kernels.train.network;

/**
 * Options of a training pass over a sequence.
 *
 * @param chunk most events of a sequence between two truncations of back-propagation
 * @param attentionDropout share of attention's outputs that is dropped; dpfp-pytorch's {@code
 *     attn_dropout}
 * @param feedForwardDropout share of the widened activations that is dropped; its {@code
 *     ff_dropout}
 */
public record PassOptions(int chunk, float attentionDropout, float feedForwardDropout) {

  /** Without dropout, as for an evaluation. */
  public static PassOptions exact(int chunk) {
    return new PassOptions(chunk, 0, 0);
  }
}
