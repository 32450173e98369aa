package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.math.Network;
import io.fastweights.kernels.math.Network.Layer;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.numeric.Layers.Dense;
import java.util.Arrays;

/**
 * Steps memories on the CPU, in the calling thread: layer by layer over the whole batch, so that a
 * dense product runs over all rows and each W is met once a segment. Where layers share one memory
 * an event must pass through all of them before the next of its key; then rows go one by one.
 */
public final class CpuEngine implements Engine {
  private final Model model;
  private final CpuKernels kernels;
  private final MemoryShape shape;
  private final HeapPool pool;
  private final Network network;
  private final MemoryLayer memory;
  private final MemoryReplay replay;
  private final Buffers buffers = new Buffers();

  /**
   * @param slots memories in the pool
   * @param kernels the provider of the hot operations
   */
  public CpuEngine(Model model, int slots, CpuKernels kernels) {
    this(model, EngineOptions.cpu(slots), kernels);
  }

  /**
   * @param options slots and storage of the pool
   * @param kernels the provider of the hot operations
   */
  public CpuEngine(Model model, EngineOptions options, CpuKernels kernels) {
    this.model = model;
    this.shape = model.memory();
    this.kernels = kernels;
    this.pool = new HeapPool(shape, options.slots(), options.storage());
    this.network = model instanceof SlowModel slow ? Network.of(slow) : null;
    this.memory = new MemoryLayer(model);
    this.replay = new MemoryReplay(model, pool, kernels);
  }

  @Override
  public String name() {
    return "cpu " + kernels.name();
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public MemoryPool pool() {
    return pool;
  }

  @Override
  public void step(EventBatch batch) {
    if (batch.size() == 0) {
      return;
    }
    for (int s = 0; s < batch.segments(); s++) {
      if (batch.fresh(s)) {
        pool.zero(batch.slot(s));
      }
    }
    batch.lend(null);
    Arrays.fill(batch.recallErrors(), 0, batch.size(), 0f);
    memory.batch = batch;
    memory.fades = batch.fades();
    memory.recallErrors = batch.recallErrors();
    memory.relativeError = model instanceof SlowModel;
    memory.deltas = batch.deltas();
    memory.deltaStride = model.updates() * shape.heads() * shape.columns();
    if (model instanceof AssociativeMemory associative) {
      associate(associative, batch);
      return;
    }
    SlowModel slow = (SlowModel) model;
    buffers.reserve(slow, shape, batch.size());
    System.arraycopy(batch.inputs(), 0, batch.hidden(), 0, batch.size() * slow.inputDim());
    if (slow.config().memoryScope() == MemoryScope.SHARED) {
      for (int s = 0; s < batch.segments(); s++) {
        for (int row = batch.start(s); row < batch.end(s); row++) {
          forwardShared(slow, batch, s, row);
        }
      }
    } else {
      for (int l = 0; l < network.layers().size(); l++) {
        Layer layer = network.layers().get(l);
        project(slow, layer, batch, l, 0, batch.size());
        int heads = shape.heads();
        for (int s = 0; s < batch.segments(); s++) {
          for (int h = 0; h < heads; h++) {
            step(batch.slot(s), l, h, batch.start(s), batch.end(s));
          }
        }
        mix(slow, layer, batch, 0, batch.size());
      }
    }
    readOut(batch);
  }

  /** One event through every layer of a model whose layers share a memory. */
  private void forwardShared(SlowModel slow, EventBatch batch, int segment, int row) {
    int slot = batch.slot(segment);
    boolean asks = !batch.observes(row);
    if (asks) {
      buffers.kept = grown(buffers.kept, shape.floats());
      pool.read(slot, buffers.kept, 0);
    }
    for (int l = 0; l < network.layers().size(); l++) {
      Layer layer = network.layers().get(l);
      project(slow, layer, batch, l, row, row + 1);
      memory.alwaysWrite = true;
      memory.fades = l == 0 ? batch.fades() : null;
      for (int h = 0; h < shape.heads(); h++) {
        step(slot, 0, h, row, row + 1);
      }
      memory.alwaysWrite = false;
      mix(slow, layer, batch, row, row + 1);
    }
    if (asks) {
      pool.write(slot, buffers.kept, 0);
    }
  }

  private void step(int slot, int layer, int head, int firstRow, int endRow) {
    step(memory, slot, layer, head, firstRow, endRow);
  }

  /** Steps events of one slot through a layer's memory of one head. */
  void step(MemoryLayer events, int slot, int layer, int head, int firstRow, int endRow) {
    pool.step(kernels, events, slot, shape.offset(layer, head), head, firstRow, endRow);
  }

  /** q, k, v and beta of the rows, and where the memory step finds them. */
  private void project(SlowModel slow, Layer layer, EventBatch batch, int l, int from, int to) {
    float[] u = batch.hidden();
    int dim = slow.config().dim();
    if (layer.attentionNorm() != null && slow.config().preNorm()) {
      kernels.norm(layer.attentionNorm(), u, buffers.normed, dim, from, to);
      u = buffers.normed;
    }
    kernels.dense(layer.qkv(), u, buffers.qkv, from, to);
    kernels.dense(layer.beta(), u, buffers.beta, from, to);
    if (slow.config().betaGate() == BetaGate.SIGMOID) {
      kernels.sigmoid(buffers.beta, from * shape.heads(), to * shape.heads());
    }
    int keys = shape.heads() * slow.keyDim();
    memory.projections = buffers.qkv;
    memory.projectionStride = layer.qkv().out();
    memory.q = 0;
    memory.k = keys;
    memory.values = buffers.qkv;
    memory.valueStride = layer.qkv().out();
    memory.value = 2 * keys;
    memory.valueHeadStride = shape.columns();
    memory.beta = buffers.beta;
    memory.constantBeta = false;
    memory.reads = buffers.reads;
    memory.scale = slow.config().readScale();
    memory.recalls = null;
    memory.delta = l * shape.heads() * shape.columns();
    int keyStride = slow.updates() * keys;
    for (int row = from; row < to; row++) {
      System.arraycopy(
          buffers.qkv,
          row * layer.qkv().out() + keys,
          batch.keys(),
          row * keyStride + l * keys,
          keys);
    }
  }

  /** The read-outs mixed, added to the residual stream, and the feed-forward block. */
  private void mix(SlowModel slow, Layer layer, EventBatch batch, int from, int to) {
    float[] x = batch.hidden();
    int dim = slow.config().dim();
    boolean preNorm = slow.config().preNorm();
    if (layer.feedForwardIn() == null) {
      kernels.dense(layer.out(), buffers.reads, x, from, to);
      return;
    }
    kernels.dense(layer.out(), buffers.reads, buffers.mixed, from, to);
    if (preNorm) {
      add(x, buffers.mixed, from * dim, to * dim);
      kernels.norm(layer.feedForwardNorm(), x, buffers.normed, dim, from, to);
    } else {
      kernels.norm(layer.attentionNorm(), buffers.mixed, buffers.normed, dim, from, to);
      add(x, buffers.normed, from * dim, to * dim);
    }
    Dense wide = layer.feedForwardIn();
    kernels.dense(wide, preNorm ? buffers.normed : x, buffers.wide, from, to);
    kernels.gelu(buffers.wide, from * wide.out(), to * wide.out());
    kernels.dense(layer.feedForwardOut(), buffers.wide, buffers.mixed, from, to);
    if (preNorm) {
      add(x, buffers.mixed, from * dim, to * dim);
    } else {
      kernels.norm(layer.feedForwardNorm(), buffers.mixed, buffers.normed, dim, from, to);
      add(x, buffers.normed, from * dim, to * dim);
    }
  }

  private void readOut(EventBatch batch) {
    if (network.head() == null) {
      System.arraycopy(batch.hidden(), 0, batch.outputs(), 0, batch.size() * model.outputDim());
    } else {
      kernels.dense(network.head(), batch.hidden(), batch.outputs(), 0, batch.size());
    }
    int count = model.updates() * shape.heads();
    for (int row = 0; row < batch.size(); row++) {
      batch.recallErrors()[row] /= count;
    }
  }

  private void associate(AssociativeMemory associative, EventBatch batch) {
    int columns = shape.columns();
    int perRow = shape.heads() * columns;
    buffers.recalls = grown(buffers.recalls, batch.size() * perRow);
    if (batch.wantsLog()) {
      System.arraycopy(batch.inputs(), 0, batch.keys(), 0, batch.size() * model.inputDim());
    }
    memory.oneValue(batch.inputs(), batch.targets(), associative.betas());
    memory.recalls = buffers.recalls;
    for (int s = 0; s < batch.segments(); s++) {
      for (int h = 0; h < shape.heads(); h++) {
        step(batch.slot(s), 0, h, batch.start(s), batch.end(s));
      }
    }
    for (int row = 0; row < batch.size(); row++) {
      mean(buffers.recalls, row * perRow, batch.outputs(), row * columns);
      batch.recallErrors()[row] /= shape.heads();
    }
    System.arraycopy(batch.outputs(), 0, batch.hidden(), 0, batch.size() * columns);
  }

  /** The mean of the heads' vectors, column by column the heads in order. */
  private void mean(float[] of, int at, float[] into, int to) {
    int columns = shape.columns();
    Arrays.fill(into, to, to + columns, 0f);
    for (int h = 0; h < shape.heads(); h++) {
      add(of, at + h * columns, into, to, columns);
    }
    for (int j = to; j < to + columns; j++) {
      into[j] /= shape.heads();
    }
  }

  @Override
  public void replay(int slot, LoggedEvents events) {
    replay.into(slot, events);
  }

  private static void add(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] += y[i];
    }
  }

  private static void add(float[] of, int at, float[] into, int to, int n) {
    for (int j = 0; j < n; j++) {
      into[to + j] += of[at + j];
    }
  }

  private static float[] grown(float[] buffer, int least) {
    return buffer.length >= least ? buffer : new float[least];
  }

  @Override
  public void close() {}

  /** Room for a batch's intermediate values; grows to the largest batch seen. */
  private static final class Buffers {
    float[] normed = {};
    float[] qkv = {};
    float[] beta = {};
    float[] reads = {};
    float[] mixed = {};
    float[] wide = {};
    float[] recalls = {};
    float[] kept = {};

    void reserve(SlowModel slow, MemoryShape shape, int rows) {
      int dim = slow.config().dim();
      int read = shape.heads() * shape.columns();
      normed = grown(normed, rows * dim);
      qkv = grown(qkv, rows * (2 * shape.heads() * slow.keyDim() + read));
      beta = grown(beta, rows * shape.heads());
      reads = grown(reads, rows * read);
      mixed = grown(mixed, rows * dim);
      wide = grown(wide, rows * dim * slow.config().ffMult());
    }
  }
}
