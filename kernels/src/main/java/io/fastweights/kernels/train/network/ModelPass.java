package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.network.MatrixProducts.View;
import io.fastweights.kernels.train.sequence.Chunk;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Arrays;
import java.util.Locale;

/**
 * A whole model over a chunk of one key's events, layer by layer, and back. The forward pass
 * computes what {@link io.fastweights.kernels.math.ReferenceModel} computes one event at a time.
 *
 * <p>Owns its buffers, for chunks of the length in its options; one thread at a time.
 */
public final class ModelPass {
  private final ModelConfig config;
  private final Loss loss;
  private final NormLayer norm;
  private final LinearMap head;
  private final LayerPass[] layers;
  private final float[] stream;
  private final float[] last;
  private final float[] hidden;
  private final float[] outputs;
  private final float[] gradOutputs;

  /**
   * @throws IllegalArgumentException if layers share a memory, or the loss takes other outputs
   */
  public ModelPass(ParameterLayout layout, Loss loss, PassOptions options) {
    config = layout.config();
    this.loss = loss;
    if (config.memoryScope() == MemoryScope.SHARED) {
      throw new IllegalArgumentException(
          "memory is SHARED, training needs PER_LAYER: a layer's gradient stops at its own memory");
    }
    int width = config.outputs() > 0 ? config.outputs() : config.dim();
    if (loss.outputs() != width) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the model has %d outputs, the loss takes %d", width, loss.outputs()));
    }
    norm = config.finalNorm() ? new NormLayer(layout, "norm", options.chunk()) : null;
    head = config.outputs() > 0 ? new LinearMap(layout, "head") : null;
    layers = new LayerPass[config.depth()];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new LayerPass(layout, l, options.chunk(), options);
    }
    stream = new float[options.chunk() * config.dim()];
    last = norm == null ? null : new float[stream.length];
    hidden = new float[stream.length];
    outputs = new float[options.chunk() * width];
    gradOutputs = new float[outputs.length];
  }

  /** Floats of an output. */
  public int width() {
    return loss.outputs();
  }

  /** float[length][outputs] of the last forward pass, from 0 on. */
  public float[] outputs() {
    return outputs;
  }

  /**
   * Runs a chunk.
   *
   * @param seed of the dropout
   * @param memory the key's memory, rewritten
   */
  public void forward(Parameters p, Chunk chunk, long seed, float[] memory) {
    embed(p, chunk);
    for (int l = 0; l < layers.length; l++) {
      project(p, chunk, l, memory);
      attention(l).recur(chunk);
      mix(p, chunk, l, seed, memory);
    }
    predict(p, chunk);
  }

  /** A layer up to its recurrence. */
  public void project(Parameters p, Chunk chunk, int l, float[] memory) {
    layers[l].project(p, chunk, stream, memory);
  }

  public AttentionBlock attention(int l) {
    return layers[l].attention();
  }

  /** A layer after its recurrence. */
  public void mix(Parameters p, Chunk chunk, int l, long seed, float[] memory) {
    layers[l].mix(p, chunk, Seeds.mix(seed, l), stream, memory);
  }

  /** The outputs of the layers' stream. */
  public void predict(Parameters p, Chunk chunk) {
    int dim = config.dim();
    if (norm == null) {
      System.arraycopy(stream, 0, hidden, 0, chunk.length() * dim);
    } else {
      System.arraycopy(stream, 0, last, 0, chunk.length() * dim);
      norm.forward(p, chunk.length(), last, hidden);
    }
    if (head == null) {
      System.arraycopy(hidden, 0, outputs, 0, chunk.length() * dim);
    } else {
      head.forward(p, chunk.length(), new View(hidden, 0, dim), new View(outputs, 0, head.out));
    }
  }

  /** The stream that the first layer takes. */
  public void embed(Parameters p, Chunk chunk) {
    EventSequence s = chunk.sequence();
    int dim = config.dim();
    Arrays.fill(stream, 0, chunk.length() * dim, 0f);
    for (int t = 0; t < chunk.length(); t++) {
      for (int i = s.starts()[chunk.from() + t]; i < s.starts()[chunk.from() + t + 1]; i++) {
        int row = s.rows()[i] * dim;
        float weight = s.weights()[i];
        for (int j = 0; j < dim; j++) {
          stream[t * dim + j] = Math.fma(weight, p.values[row + j], stream[t * dim + j]);
        }
      }
    }
  }

  /**
   * Adds the gradients of the chunk that {@link #forward} ran last.
   *
   * @param seed that of the forward pass
   * @param scale factor of each event's gradient: 1 / the number of events that count
   * @param gradients of {@link ParameterLayout#size()}
   * @return the sum of the losses, not scaled
   */
  public double backward(Parameters p, Chunk chunk, long seed, float scale, float[] gradients) {
    double sum = lossBackward(p, chunk, scale, gradients);
    for (int l = layers.length - 1; l >= 0; l--) {
      mixBackward(p, gradients, chunk, l, seed);
      attention(l).recurBackward(chunk);
      projectBackward(p, gradients, chunk, l);
    }
    embedBackward(chunk, gradients);
    return sum;
  }

  /** The losses, and their gradients down to the stream that the last layer left. */
  public double lossBackward(Parameters p, Chunk chunk, float scale, float[] gradients) {
    int dim = config.dim();
    double sum = loss(chunk, scale);
    Arrays.fill(stream, 0, chunk.length() * dim, 0f);
    if (head == null) {
      System.arraycopy(gradOutputs, 0, stream, 0, chunk.length() * dim);
    } else {
      head.backward(
          p,
          gradients,
          chunk.length(),
          new View(hidden, 0, dim),
          new View(gradOutputs, 0, head.out),
          new View(stream, 0, dim));
    }
    if (norm != null) {
      // Below the head the hidden vectors are needed no more: they take their gradients.
      System.arraycopy(stream, 0, hidden, 0, chunk.length() * dim);
      Arrays.fill(stream, 0, chunk.length() * dim, 0f);
      norm.backward(p, gradients, chunk.length(), last, hidden, stream);
    }
    return sum;
  }

  /** A layer back to its recurrence. */
  public void mixBackward(Parameters p, float[] gradients, Chunk chunk, int l, long seed) {
    layers[l].mixBackward(p, gradients, chunk, Seeds.mix(seed, l), stream);
  }

  /** A layer from its recurrence back. */
  public void projectBackward(Parameters p, float[] gradients, Chunk chunk, int l) {
    layers[l].projectBackward(p, gradients, chunk, stream);
  }

  /** The sum of the losses of the chunk's events that count; leaves their gradients. */
  double loss(Chunk chunk, float scale) {
    int width = loss.outputs();
    Arrays.fill(gradOutputs, 0, chunk.length() * width, 0f);
    double sum = 0;
    for (int t = 0; t < chunk.length(); t++) {
      if (!Float.isNaN(chunk.label(t))) {
        sum += loss.of(outputs, t * width, chunk.label(t), scale, gradOutputs);
      }
    }
    return sum;
  }

  /** Adds the gradients of the embeddings. */
  public void embedBackward(Chunk chunk, float[] gradients) {
    EventSequence s = chunk.sequence();
    int dim = config.dim();
    for (int t = 0; t < chunk.length(); t++) {
      for (int i = s.starts()[chunk.from() + t]; i < s.starts()[chunk.from() + t + 1]; i++) {
        int row = s.rows()[i] * dim;
        float weight = s.weights()[i];
        for (int j = 0; j < dim; j++) {
          gradients[row + j] = Math.fma(weight, stream[t * dim + j], gradients[row + j]);
        }
      }
    }
  }
}
