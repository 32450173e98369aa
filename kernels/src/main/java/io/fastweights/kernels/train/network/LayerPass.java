package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.train.sequence.Chunk;
import java.util.Arrays;

/**
 * One layer over a sequence: attention and, in a transformer, residuals, layer norms and the
 * feed-forward block; and back. Gradients of the residual stream are added in place.
 */
final class LayerPass {
  private final int dim;
  private final boolean transformer;
  private final boolean preNorm;
  private final AttentionBlock attention;
  private final NormLayer attentionNorm;
  private final FeedForwardBlock feedForward;
  private final NormLayer feedForwardNorm;
  private final Dropout dropout;
  private final float[] x;
  private final float[] attentionIn;
  private final float[] attentionOut;
  private final float[] middle;
  private final float[] feedForwardIn;
  private final float[] feedForwardOut;
  private final float[] scratch;
  private final float[] scratchOut;

  LayerPass(ParameterLayout layout, int layer, int length, PassOptions options) {
    ModelConfig c = layout.config();
    dim = c.dim();
    transformer = c.architecture() == Architecture.TRANSFORMER;
    preNorm = c.preNorm();
    attention = new AttentionBlock(layout, layer, length);
    dropout = new Dropout(options.attentionDropout());
    String name = "layers." + layer;
    attentionNorm = transformer ? new NormLayer(layout, name + ".0.norm", length) : null;
    feedForwardNorm = transformer ? new NormLayer(layout, name + ".1.norm", length) : null;
    feedForward =
        transformer
            ? new FeedForwardBlock(layout, layer, length, new Dropout(options.feedForwardDropout()))
            : null;
    int floats = length * dim;
    x = new float[floats];
    attentionIn = new float[floats];
    attentionOut = new float[floats];
    middle = new float[floats];
    feedForwardIn = new float[floats];
    feedForwardOut = new float[floats];
    scratch = new float[floats];
    scratchOut = new float[floats];
  }

  AttentionBlock attention() {
    return attention;
  }

  /**
   * Runs the sequence up to attention's recurrence.
   *
   * @param stream float[length][dim], the residual stream
   */
  void project(Parameters p, Chunk chunk, float[] stream, float[] memory) {
    int rows = chunk.length();
    int n = rows * dim;
    System.arraycopy(stream, 0, x, 0, n);
    if (transformer && preNorm) {
      attentionNorm.forward(p, rows, x, attentionIn);
    } else {
      System.arraycopy(x, 0, attentionIn, 0, n);
    }
    attention.project(p, chunk, attentionIn, memory);
  }

  /**
   * Runs the sequence from there on.
   *
   * @param stream rewritten
   * @param seed of the dropout
   */
  void mix(Parameters p, Chunk chunk, long seed, float[] stream, float[] memory) {
    int rows = chunk.length();
    int n = rows * dim;
    attention.mix(p, chunk, memory, attentionOut);
    dropout.apply(attentionOut, n, Seeds.mix(seed, 0));
    if (!transformer) {
      System.arraycopy(attentionOut, 0, stream, 0, n);
      return;
    }
    residual(p, rows, attentionNorm, attentionOut, stream);
    System.arraycopy(stream, 0, middle, 0, n);
    if (preNorm) {
      feedForwardNorm.forward(p, rows, middle, feedForwardIn);
    } else {
      System.arraycopy(middle, 0, feedForwardIn, 0, n);
    }
    feedForward.forward(p, rows, Seeds.mix(seed, 1), feedForwardIn, feedForwardOut);
    residual(p, rows, feedForwardNorm, feedForwardOut, stream);
  }

  private void residual(Parameters p, int rows, NormLayer norm, float[] y, float[] stream) {
    float[] added = y;
    if (!preNorm) {
      norm.forward(p, rows, y, scratch);
      added = scratch;
    }
    for (int i = 0; i < rows * dim; i++) {
      stream[i] += added[i];
    }
  }

  /**
   * Goes back through the sequence that ran last, to attention's recurrence.
   *
   * @param gradStream the gradient of the stream after the layer
   */
  void mixBackward(Parameters p, float[] gradients, Chunk chunk, long seed, float[] gradStream) {
    int rows = chunk.length();
    int n = rows * dim;
    if (transformer) {
      feedForwardBackward(p, gradients, rows, Seeds.mix(seed, 1), gradStream);
    }
    // The gradient of attention's output: the stream's own, or through the norm after it.
    if (transformer && !preNorm) {
      Arrays.fill(scratchOut, 0, n, 0f);
      attentionNorm.backward(p, gradients, rows, attentionOut, gradStream, scratchOut);
    } else {
      System.arraycopy(gradStream, 0, scratchOut, 0, n);
    }
    dropout.apply(scratchOut, n, Seeds.mix(seed, 0));
    attention.mixBackward(p, gradients, chunk, scratchOut);
  }

  /**
   * Goes back from there.
   *
   * @param gradStream becomes the gradient of the stream before the layer
   */
  void projectBackward(Parameters p, float[] gradients, Chunk chunk, float[] gradStream) {
    int rows = chunk.length();
    int n = rows * dim;
    if (!transformer) {
      Arrays.fill(gradStream, 0, n, 0f);
    }
    if (transformer && preNorm) {
      Arrays.fill(scratch, 0, n, 0f);
      attention.projectBackward(p, gradients, chunk, attentionIn, scratch);
      attentionNorm.backward(p, gradients, rows, x, scratch, gradStream);
    } else {
      attention.projectBackward(p, gradients, chunk, attentionIn, gradStream);
    }
  }

  private void feedForwardBackward(
      Parameters p, float[] gradients, int rows, long seed, float[] gradStream) {
    int n = rows * dim;
    Arrays.fill(scratch, 0, n, 0f);
    if (preNorm) {
      System.arraycopy(gradStream, 0, scratchOut, 0, n);
      feedForward.backward(p, gradients, rows, seed, feedForwardIn, scratchOut, scratch);
      feedForwardNorm.backward(p, gradients, rows, middle, scratch, gradStream);
    } else {
      feedForwardNorm.backward(p, gradients, rows, feedForwardOut, gradStream, scratch);
      feedForward.backward(p, gradients, rows, seed, feedForwardIn, scratch, gradStream);
    }
  }
}
