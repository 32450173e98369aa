package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.Network;
import io.fastweights.kernels.math.Network.Layer;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import java.util.ArrayList;
import java.util.List;

/**
 * A model's layers as one list of stages. A batch passes them in blocks of rows: a dense product
 * reads its weights once a block, and what one stage hands to the next stays in the second-level
 * cache. If layers share one memory, an event must pass through all of them before its key's next
 * event, so a block is one row.
 *
 * <p>All stages are called from one place. Where a call only ever meets one operation, the JIT
 * compiler inlines it, and in a method of many such calls its budget of nodes is used up before the
 * last of them. Calls within GELU's loop were then left out, and with vectors of 512 bits a
 * transformer's step took 2.4 times as long. At a call that meets many operations the compiler
 * inlines none, and compiles each by itself.
 */
final class CpuLayers {
  /**
   * Rows of a block. With 128 inputs they are 16 KiB and pass a product's panel, of as many bytes,
   * within the first-level cache; q, k and v of 1536 floats are 192 KiB.
   */
  private static final int BLOCK = 32;

  /** One operation on the block's rows. */
  private interface Stage {
    void run(int rows);
  }

  private final SlowModel model;
  private final CpuKernels kernels;
  private final HeapPool pool;
  private final MemoryLayer memory;
  private final boolean shared;
  private final int keys;
  private final MemoryShape shape;
  private final LogShape log;
  private final int dim;
  private final Buffers buffers;
  private final List<Stage> stages = new ArrayList<>();
  private final List<Stage> readOut = new ArrayList<>();

  private EventBatch batch;

  /** The block's first row, and the segment of it, which the row may continue. */
  private int firstRow;

  private int firstSegment;

  CpuLayers(SlowModel model, CpuKernels kernels, HeapPool pool, MemoryLayer memory) {
    this.model = model;
    this.kernels = kernels;
    this.pool = pool;
    this.memory = memory;
    this.shared = model.config().memoryScope() == MemoryScope.SHARED;
    this.shape = model.memory();
    this.dim = model.config().dim();
    this.log = LogShape.of(model);
    this.keys = shape.heads() * model.keyDim();
    this.buffers = new Buffers(model, shared ? 1 : BLOCK);
    lay();
    Network network = Network.of(model);
    stages.add(this::takeInputs);
    if (shared) {
      stages.add(rows -> keep());
    }
    for (int l = 0; l < network.layers().size(); l++) {
      addAttention(network.layers().get(l), l);
      addMixing(network.layers().get(l));
    }
    if (shared) {
      stages.add(rows -> putBack());
    }
    stages.add(this::giveHidden);
    addReadOut(network);
  }

  /** Where the memory step finds a block's rows. */
  private void lay() {
    memory.projections = buffers.qkv;
    memory.projectionStride = 2 * keys + shape.heads() * shape.columns();
    memory.q = 0;
    memory.k = keys;
    memory.values = buffers.qkv;
    memory.valueStride = memory.projectionStride;
    memory.value = 2 * keys;
    memory.valueHeadStride = shape.columns();
    memory.beta = buffers.beta;
    memory.reads = buffers.reads;
    memory.scale = model.config().readScale();
    memory.forgets = model.forgets() ? buffers.forgets : null;
    memory.relativeError = true;
    memory.alwaysWrite = shared;
  }

  /** Steps a batch's events; {@link #memory} knows it already. */
  void step(EventBatch events) {
    batch = events;
    int block = shared ? 1 : BLOCK;
    int segment = 0;
    for (int from = 0; from < batch.size(); from += block) {
      int to = Math.min(batch.size(), from + block);
      firstRow = from;
      firstSegment = segment;
      memory.firstRow = from;
      run(stages, to - from);
      while (segment < batch.segments() && batch.end(segment) <= to) {
        segment++;
      }
    }
    run(readOut, batch.size());
  }

  private static void run(List<Stage> stages, int rows) {
    for (int i = 0; i < stages.size(); i++) {
      stages.get(i).run(rows);
    }
  }

  private void takeInputs(int rows) {
    System.arraycopy(batch.inputs(), firstRow * dim, buffers.x, 0, rows * dim);
  }

  private void giveHidden(int rows) {
    System.arraycopy(buffers.x, 0, batch.hidden(), firstRow * dim, rows * dim);
  }

  /** q, k, v and beta of a block's rows, and the memory step. */
  private void addAttention(Layer layer, int l) {
    int heads = shape.heads();
    float[] u = buffers.x;
    if (layer.attentionNorm() != null && model.config().preNorm()) {
      u = buffers.normed;
      norm(layer.attentionNorm(), buffers.x, u);
    }
    dense(layer.qkv(), u, buffers.qkv);
    dense(layer.beta(), u, buffers.beta);
    if (model.config().betaGate() == BetaGate.SIGMOID) {
      stages.add(rows -> kernels.sigmoid(buffers.beta, 0, rows * heads));
    }
    if (layer.forget() != null) {
      dense(layer.forget(), u, buffers.forgets);
      stages.add(rows -> kernels.forgetSteps(buffers.forgets, 0, rows * heads));
    }
    stages.add(rows -> giveKeys(l, rows));
    stages.add(rows -> remember(l, rows));
  }

  private void giveKeys(int l, int rows) {
    if (!batch.wantsLog()) {
      return;
    }
    int stride = model.updates() * keys;
    for (int row = 0; row < rows; row++) {
      int at = row * memory.projectionStride + memory.k;
      System.arraycopy(buffers.qkv, at, batch.keys(), (firstRow + row) * stride + l * keys, keys);
    }
  }

  private void remember(int l, int rows) {
    int end = firstRow + rows;
    memory.delta = l * shape.heads() * log.columns();
    memory.update = l;
    // A shared memory fades once, before the first layer.
    memory.fades = shared && l > 0 ? null : batch.fades();
    memory.logForgets(firstRow, end);
    for (int s = firstSegment; s < batch.segments() && batch.start(s) < end; s++) {
      int from = Math.max(firstRow, batch.start(s));
      int to = Math.min(end, batch.end(s));
      pool.step(kernels, memory, batch.slot(s), shared ? 0 : l, from, to);
    }
  }

  /** Keeps a shared memory before an ask, which all layers write to. */
  private void keep() {
    if (!batch.observes(firstRow)) {
      pool.read(batch.slot(firstSegment), buffers.kept, 0);
    }
  }

  private void putBack() {
    if (!batch.observes(firstRow)) {
      pool.write(batch.slot(firstSegment), buffers.kept, 0);
    }
  }

  /** A block's read-outs mixed, added to the residual stream, and the feed-forward block. */
  private void addMixing(Layer layer) {
    float[] x = buffers.x;
    boolean preNorm = model.config().preNorm();
    if (layer.feedForwardIn() == null) {
      dense(layer.out(), buffers.reads, x);
      return;
    }
    dense(layer.out(), buffers.reads, buffers.mixed);
    if (preNorm) {
      stages.add(rows -> add(x, buffers.mixed, rows * dim));
      norm(layer.feedForwardNorm(), x, buffers.normed);
    } else {
      norm(layer.attentionNorm(), buffers.mixed, buffers.normed);
      stages.add(rows -> add(x, buffers.normed, rows * dim));
    }
    Dense wide = layer.feedForwardIn();
    dense(wide, preNorm ? buffers.normed : x, buffers.wide);
    stages.add(rows -> kernels.gelu(buffers.wide, 0, rows * wide.out()));
    dense(layer.feedForwardOut(), buffers.wide, buffers.mixed);
    if (preNorm) {
      stages.add(rows -> add(x, buffers.mixed, rows * dim));
    } else {
      norm(layer.feedForwardNorm(), buffers.mixed, buffers.normed);
      stages.add(rows -> add(x, buffers.normed, rows * dim));
    }
  }

  private void addReadOut(Network network) {
    Norm norm = network.norm();
    Dense head = network.head();
    if (norm != null) {
      readOut.add(rows -> kernels.norm(norm, batch.hidden(), batch.hidden(), dim, 0, rows));
    }
    if (head == null) {
      readOut.add(rows -> System.arraycopy(batch.hidden(), 0, batch.outputs(), 0, rows * dim));
    } else {
      readOut.add(rows -> kernels.dense(head, batch.hidden(), batch.outputs(), 0, rows));
    }
    readOut.add(this::meanErrors);
  }

  /** The recall error of an event: the mean over layers and heads. */
  private void meanErrors(int rows) {
    float[] errors = batch.recallErrors();
    int count = model.updates() * shape.heads();
    for (int row = 0; row < rows; row++) {
      errors[row] /= count;
    }
  }

  private void dense(Dense m, float[] x, float[] y) {
    stages.add(rows -> kernels.dense(m, x, y, 0, rows));
  }

  private void norm(Norm norm, float[] x, float[] y) {
    stages.add(rows -> kernels.norm(norm, x, y, dim, 0, rows));
  }

  private static void add(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      x[i] += y[i];
    }
  }

  /** Room for the intermediate values of a block. */
  private static final class Buffers {
    final float[] x;
    final float[] normed;
    final float[] qkv;
    final float[] beta;
    final float[] forgets;
    final float[] reads;
    final float[] mixed;
    final float[] wide;

    /** A key's memory; where layers share it. */
    final float[] kept;

    Buffers(SlowModel model, int rows) {
      MemoryShape shape = model.memory();
      int dim = model.config().dim();
      int read = shape.heads() * shape.columns();
      x = new float[rows * dim];
      normed = new float[rows * dim];
      qkv = new float[rows * (2 * shape.heads() * model.keyDim() + read)];
      beta = new float[rows * shape.heads()];
      forgets = new float[rows * shape.heads()];
      reads = new float[rows * read];
      mixed = new float[rows * dim];
      wide = new float[rows * dim * model.config().ffMult()];
      kept = new float[model.config().memoryScope() == MemoryScope.SHARED ? shape.floats() : 0];
    }
  }
}
