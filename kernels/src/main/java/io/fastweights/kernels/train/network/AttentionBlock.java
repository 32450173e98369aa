package io.fastweights.kernels.train.network;

import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.train.network.MatrixProducts.View;
import io.fastweights.kernels.train.sequence.Chunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One layer's fast-weight attention over a sequence: projections and phi, the recurrence, and the
 * output, and all their gradients. The recurrence is a step of its own, which a device may take
 * instead. Keeps the values that the backward pass needs of its last sequence.
 */
public final class AttentionBlock {
  private final ModelConfig config;
  private final MemoryShape shape;
  private final int layer;
  private final int width;
  private final List<LinearMap> projections = new ArrayList<>();
  private final LinearMap toBeta;
  private final LinearMap toForget;
  private final LinearMap toOut;
  private final FeatureGradient features;
  private final Head[] heads;
  private final float[] qkv;
  private final float[] gradQkv;
  private final float[] beta;
  private final float[] gradBeta;

  /** z, steps and gradients of the forget gates: float[event][head]; empty without. */
  private final float[] forgetIn;

  private final float[] forget;
  private final float[] gradForget;
  private final float[] reads;
  private final float[] gradReads;

  /** One head's features, recurrence and memory after the sequence. */
  private static final class Head {
    final Recurrence recurrence;
    final HeadSequence values = new HeadSequence();
    final HeadSequence gradients = new HeadSequence();
    final float[] keySizes;
    final float[] querySizes;
    final float[] w;
    final float[] gradW;

    Head(ModelConfig c, int length) {
      int rows = c.features();
      recurrence = new Recurrence(c.updateRule(), rows, c.valueDim());
      keySizes = new float[length];
      querySizes = new float[length];
      w = new float[rows * c.valueDim()];
      gradW = new float[w.length];
      for (HeadSequence s : new HeadSequence[] {values, gradients}) {
        s.phiK = new float[length * rows];
        s.phiQ = new float[length * rows];
      }
    }
  }

  /**
   * @param length events of the longest sequence
   */
  public AttentionBlock(ParameterLayout layout, int layer, int length) {
    this.config = layout.config();
    this.shape = config.memory();
    this.layer = layer;
    String at = SlowWeights.attentionPrefix(config, layer);
    if (config.architecture() == Architecture.CELL) {
      for (String name : new String[] {"to_q", "to_k", "to_v"}) {
        projections.add(new LinearMap(layout, name));
      }
    } else {
      projections.add(new LinearMap(layout, at + "to_qkv"));
    }
    toBeta = new LinearMap(layout, at + "to_beta");
    toForget = config.forgets() ? new LinearMap(layout, at + "to_forget") : null;
    toOut = new LinearMap(layout, at + "to_out");
    features =
        new FeatureGradient(
            config.featureMap(), config.nu(), config.normalisation(), config.dimHead());
    int columns = config.valueDim();
    width = config.heads() * (2 * config.dimHead() + columns);
    qkv = new float[length * width];
    gradQkv = new float[length * width];
    beta = new float[length * config.heads()];
    gradBeta = new float[beta.length];
    forgetIn = new float[toForget == null ? 0 : beta.length];
    forget = new float[forgetIn.length];
    gradForget = new float[forgetIn.length];
    reads = new float[length * config.heads() * columns];
    gradReads = new float[reads.length];
    heads = new Head[config.heads()];
    for (int h = 0; h < heads.length; h++) {
      heads[h] = new Head(config, length);
      int valueAt = 2 * heads.length * config.dimHead() + h * columns;
      heads[h].values.values(qkv, valueAt, width);
      heads[h].gradients.values(gradQkv, valueAt, width);
      heads[h].values.betas(beta, h, heads.length);
      heads[h].gradients.betas(gradBeta, h, heads.length);
      heads[h].values.forget = toForget == null ? null : forget;
      heads[h].gradients.forget = toForget == null ? null : gradForget;
      heads[h].values.reads(reads, h * columns, heads.length * columns);
      heads[h].gradients.reads(gradReads, h * columns, heads.length * columns);
    }
  }

  /**
   * q, k, v and beta of u, phi of q and k, and the memory that the recurrence begins with.
   *
   * @param chunk says which events are asks and which are masked
   * @param u float[length][dim]
   * @param memory the key's whole memory
   */
  void project(Parameters p, Chunk chunk, float[] u, float[] memory) {
    int length = chunk.length();
    View input = new View(u, 0, config.dim());
    int column = 0;
    for (LinearMap projection : projections) {
      projection.forward(p, length, input, new View(qkv, column, width));
      column += projection.out;
    }
    mask(chunk, qkv);
    toBeta.forward(p, length, input, new View(beta, 0, heads.length));
    if (config.betaGate() == BetaGate.SIGMOID) {
      for (int i = 0; i < length * heads.length; i++) {
        beta[i] = Layers.sigmoid(beta[i]);
      }
    }
    if (toForget != null) {
      toForget.forward(p, length, input, new View(forgetIn, 0, heads.length));
      for (int i = 0; i < length * heads.length; i++) {
        forget[i] = chunk.masked(i / heads.length) ? 0 : ForgetGate.steps(forgetIn[i]);
      }
    }
    for (int h = 0; h < heads.length; h++) {
      features(heads[h], h, chunk);
      System.arraycopy(memory, shape.offset(layer, h), heads[h].w, 0, heads[h].w.length);
    }
  }

  /** The recurrence of every head. */
  void recur(Chunk chunk) {
    for (Head head : heads) {
      head.recurrence.forward(head.values, chunk.length(), chunk.asks(), head.w);
    }
  }

  /** Every head for a device, in place of {@link #recur}. */
  public void collect(Chunk chunk, List<DeviceRecurrence.Head> sequences, List<float[]> memories) {
    for (Head head : heads) {
      sequences.add(new DeviceRecurrence.Head(head.values, chunk.length(), chunk.asks()));
      memories.add(head.w);
    }
  }

  /**
   * Computes y of the recurrence's read-outs.
   *
   * @param memory the key's whole memory; this layer's part is rewritten
   * @param y takes float[length][dim]
   */
  void mix(Parameters p, Chunk chunk, float[] memory, float[] y) {
    int length = chunk.length();
    int read = heads.length * config.valueDim();
    for (int h = 0; h < heads.length; h++) {
      System.arraycopy(heads[h].w, 0, memory, shape.offset(layer, h), heads[h].w.length);
    }
    for (int i = 0; i < length * read; i++) {
      reads[i] *= config.readScale();
    }
    toOut.forward(p, length, new View(reads, 0, read), new View(y, 0, config.dim()));
  }

  private void features(Head head, int h, Chunk chunk) {
    int d = config.dimHead();
    int rows = config.features();
    for (int t = 0; t < chunk.length(); t++) {
      int q = t * width + h * d;
      int k = q + heads.length * d;
      head.querySizes[t] = features.forward(qkv, q, head.values.phiQ, t * rows);
      head.keySizes[t] = features.forward(qkv, k, head.values.phiK, t * rows);
    }
    if (chunk.hasMask() && config.featureMap() == ModelConfig.FeatureMap.ELU_PLUS_ONE) {
      clearMasked(head, chunk);
    }
  }

  /** DPFP maps a masked key to 0 by itself; elu + 1 does not. */
  private void clearMasked(Head head, Chunk chunk) {
    int rows = config.features();
    for (int t = 0; t < chunk.length(); t++) {
      if (chunk.masked(t)) {
        Arrays.fill(head.values.phiK, t * rows, (t + 1) * rows, 0f);
        Arrays.fill(head.values.phiQ, t * rows, (t + 1) * rows, 0f);
        head.keySizes[t] = 0;
        head.querySizes[t] = 0;
      }
    }
  }

  /** A masked event has no query, key or value: it reads nothing and writes nothing. */
  private void mask(Chunk chunk, float[] rows) {
    if (chunk.hasMask()) {
      for (int t = 0; t < chunk.length(); t++) {
        if (chunk.masked(t)) {
          Arrays.fill(rows, t * width, (t + 1) * width, 0f);
        }
      }
    }
  }

  /**
   * Adds the gradients of the output's parameters, and leaves those of the recurrence's read-outs.
   * No gradient comes from events after the sequence: back-propagation is truncated there.
   */
  void mixBackward(Parameters p, float[] gradients, Chunk chunk, float[] gradY) {
    int length = chunk.length();
    int read = heads.length * config.valueDim();
    Arrays.fill(gradReads, 0, length * read, 0f);
    Arrays.fill(gradQkv, 0, length * width, 0f);
    Arrays.fill(gradBeta, 0, length * heads.length, 0f);
    Arrays.fill(gradForget, 0f);
    toOut.backward(
        p,
        gradients,
        length,
        new View(reads, 0, read),
        new View(gradY, 0, config.dim()),
        new View(gradReads, 0, read));
    for (int i = 0; i < length * read; i++) {
      gradReads[i] *= config.readScale();
    }
    for (Head head : heads) {
      Recurrence.clear(head.gradients, length, config.features());
      Arrays.fill(head.gradW, 0f);
    }
  }

  /** The recurrence of every head, back. */
  void recurBackward(Chunk chunk) {
    for (Head head : heads) {
      head.recurrence.backward(
          head.values, head.gradients, chunk.length(), chunk.asks(), head.w, head.gradW);
    }
  }

  /** Every head for a device, in place of {@link #recurBackward}. */
  public void collectBackward(List<HeadSequence> gradients, List<float[]> gradMemories) {
    for (Head head : heads) {
      gradients.add(head.gradients);
      gradMemories.add(head.gradW);
    }
  }

  /** Adds the gradients of the projections' parameters and of u. */
  void projectBackward(Parameters p, float[] gradients, Chunk chunk, float[] u, float[] gradU) {
    int length = chunk.length();
    for (int h = 0; h < heads.length; h++) {
      featuresBackward(heads[h], h, chunk);
    }
    if (config.betaGate() == BetaGate.SIGMOID) {
      for (int i = 0; i < length * heads.length; i++) {
        gradBeta[i] *= beta[i] * (1 - beta[i]);
      }
    }
    for (int i = 0; toForget != null && i < length * heads.length; i++) {
      boolean masked = chunk.masked(i / heads.length);
      gradForget[i] *= masked ? 0 : Layers.sigmoid(forgetIn[i]);
    }
    mask(chunk, gradQkv);
    View input = new View(u, 0, config.dim());
    View gradInput = new View(gradU, 0, config.dim());
    toBeta.backward(p, gradients, length, input, new View(gradBeta, 0, heads.length), gradInput);
    if (toForget != null) {
      View grad = new View(gradForget, 0, heads.length);
      toForget.backward(p, gradients, length, input, grad, gradInput);
    }
    int column = 0;
    for (LinearMap projection : projections) {
      projection.backward(p, gradients, length, input, new View(gradQkv, column, width), gradInput);
      column += projection.out;
    }
  }

  private void featuresBackward(Head head, int h, Chunk chunk) {
    int d = config.dimHead();
    int rows = config.features();
    for (int t = 0; t < chunk.length(); t++) {
      int q = t * width + h * d;
      int k = q + heads.length * d;
      features.backward(
          qkv, q, head.querySizes[t], head.values.phiQ, head.gradients.phiQ, t * rows, gradQkv, q);
      features.backward(
          qkv, k, head.keySizes[t], head.values.phiK, head.gradients.phiK, t * rows, gradQkv, k);
    }
  }
}
