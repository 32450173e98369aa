package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.math.Network;
import io.fastweights.kernels.math.Network.Layer;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.numeric.Layers.Dense;
import java.util.Arrays;

/**
 * Steps memories on the CPU, in the calling thread. A batch goes through the layers in blocks of
 * rows: a dense product reads its weights once a block, and all blocks use the same buffers, which
 * stay in the second-level cache. If layers share one memory, an event must pass through all of
 * them before its key's next event, so a block is one row.
 */
public final class CpuEngine implements Engine {
  /**
   * Rows of a block. At 128 a product's weights come from the third-level cache seldom enough, and
   * q, k and v of 1536 floats are 768 KiB.
   */
  private static final int BLOCK = 128;

  private final Model model;
  private final CpuKernels kernels;
  private final MemoryShape shape;
  private final LogShape log;
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
    this.log = LogShape.of(model);
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
    if (pool.half()) {
      batch.requireNumbers();
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
    memory.seeds = pool.half() ? batch.seeds() : null;
    memory.recallErrors = batch.recallErrors();
    memory.relativeError = model instanceof SlowModel;
    memory.deltas = batch.deltas();
    memory.deltaStride = log.deltas();
    if (model instanceof AssociativeMemory associative) {
      associate(associative, batch);
      return;
    }
    SlowModel slow = (SlowModel) model;
    boolean shared = slow.config().memoryScope() == MemoryScope.SHARED;
    int block = shared ? 1 : BLOCK;
    buffers.reserve(slow, shape, Math.min(block, batch.size()));
    int segment = 0;
    for (int from = 0; from < batch.size(); from += block) {
      int to = Math.min(batch.size(), from + block);
      memory.firstRow = from;
      System.arraycopy(
          batch.inputs(), from * slow.inputDim(), buffers.x, 0, (to - from) * slow.inputDim());
      if (shared) {
        forwardShared(slow, batch, segment, from);
      } else {
        forward(slow, batch, segment, from, to);
      }
      int dim = slow.config().dim();
      System.arraycopy(buffers.x, 0, batch.hidden(), from * dim, (to - from) * dim);
      while (segment < batch.segments() && batch.end(segment) <= to) {
        segment++;
      }
    }
    readOut(batch);
  }

  /** Rows through every layer; {@code first} is the segment of the first, which it may continue. */
  private void forward(SlowModel slow, EventBatch batch, int first, int from, int to) {
    for (int l = 0; l < network.layers().size(); l++) {
      Layer layer = network.layers().get(l);
      project(slow, layer, batch, l, from, to);
      for (int s = first; s < batch.segments() && batch.start(s) < to; s++) {
        int start = Math.max(from, batch.start(s));
        int end = Math.min(to, batch.end(s));
        step(memory, batch.slot(s), l, start, end);
      }
      mix(slow, layer, to - from);
    }
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
      step(memory, slot, 0, row, row + 1);
      memory.alwaysWrite = false;
      mix(slow, layer, 1);
    }
    if (asks) {
      pool.write(slot, buffers.kept, 0);
    }
  }

  /** Steps events of one slot through a layer's memory. */
  void step(MemoryLayer events, int slot, int layer, int firstRow, int endRow) {
    pool.step(kernels, events, slot, layer, firstRow, endRow);
  }

  /** q, k, v and beta of a block's rows, and where the memory step finds them. */
  private void project(SlowModel slow, Layer layer, EventBatch batch, int l, int from, int to) {
    float[] u = buffers.x;
    int rows = to - from;
    if (layer.attentionNorm() != null && slow.config().preNorm()) {
      kernels.norm(layer.attentionNorm(), u, buffers.normed, slow.config().dim(), 0, rows);
      u = buffers.normed;
    }
    kernels.dense(layer.qkv(), u, buffers.qkv, 0, rows);
    kernels.dense(layer.beta(), u, buffers.beta, 0, rows);
    if (slow.config().betaGate() == BetaGate.SIGMOID) {
      kernels.sigmoid(buffers.beta, 0, rows * shape.heads());
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
    memory.delta = l * shape.heads() * log.columns();
    memory.update = l;
    if (layer.forget() != null) {
      kernels.dense(layer.forget(), u, buffers.forgets, 0, rows);
      kernels.forgetSteps(buffers.forgets, 0, rows * shape.heads());
      memory.forgets = buffers.forgets;
      memory.logForgets(from, to);
    }
    int keyStride = slow.updates() * keys;
    for (int row = from; row < to; row++) {
      System.arraycopy(
          buffers.qkv,
          (row - from) * layer.qkv().out() + keys,
          batch.keys(),
          row * keyStride + l * keys,
          keys);
    }
  }

  /** A block's read-outs mixed, added to the residual stream, and the feed-forward block. */
  private void mix(SlowModel slow, Layer layer, int rows) {
    float[] x = buffers.x;
    int dim = slow.config().dim();
    boolean preNorm = slow.config().preNorm();
    if (layer.feedForwardIn() == null) {
      kernels.dense(layer.out(), buffers.reads, x, 0, rows);
      return;
    }
    kernels.dense(layer.out(), buffers.reads, buffers.mixed, 0, rows);
    if (preNorm) {
      add(x, buffers.mixed, rows * dim);
      kernels.norm(layer.feedForwardNorm(), x, buffers.normed, dim, 0, rows);
    } else {
      kernels.norm(layer.attentionNorm(), buffers.mixed, buffers.normed, dim, 0, rows);
      add(x, buffers.normed, rows * dim);
    }
    Dense wide = layer.feedForwardIn();
    kernels.dense(wide, preNorm ? buffers.normed : x, buffers.wide, 0, rows);
    kernels.gelu(buffers.wide, 0, rows * wide.out());
    kernels.dense(layer.feedForwardOut(), buffers.wide, buffers.mixed, 0, rows);
    if (preNorm) {
      add(x, buffers.mixed, rows * dim);
    } else {
      kernels.norm(layer.feedForwardNorm(), buffers.mixed, buffers.normed, dim, 0, rows);
      add(x, buffers.normed, rows * dim);
    }
  }

  private void readOut(EventBatch batch) {
    float[] hidden = batch.hidden();
    if (network.norm() != null) {
      int dim = ((SlowModel) model).config().dim();
      kernels.norm(network.norm(), hidden, hidden, dim, 0, batch.size());
    }
    if (network.head() == null) {
      System.arraycopy(hidden, 0, batch.outputs(), 0, batch.size() * model.outputDim());
    } else {
      kernels.dense(network.head(), hidden, batch.outputs(), 0, batch.size());
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
    memory.firstRow = 0;
    memory.oneValue(batch.inputs(), batch.targets(), associative.betas());
    memory.recalls = buffers.recalls;
    for (int s = 0; s < batch.segments(); s++) {
      step(memory, batch.slot(s), 0, batch.start(s), batch.end(s));
    }
    for (int row = 0; row < batch.size(); row++) {
      mean(buffers.recalls, row * perRow, batch.outputs(), row * columns);
      batch.recallErrors()[row] /= shape.heads();
    }
    System.arraycopy(batch.outputs(), 0, batch.hidden(), 0, batch.size() * columns);
  }

  /** The mean of the heads' vectors; each column adds the heads in order. */
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

  private static void add(float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
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

  /** Room for the intermediate values of a block; grows to the most rows seen. */
  private static final class Buffers {
    float[] x = {};
    float[] normed = {};
    float[] qkv = {};
    float[] beta = {};
    float[] forgets = {};
    float[] reads = {};
    float[] mixed = {};
    float[] wide = {};
    float[] recalls = {};
    float[] kept = {};

    void reserve(SlowModel slow, MemoryShape shape, int rows) {
      int dim = slow.config().dim();
      int read = shape.heads() * shape.columns();
      x = grown(x, rows * dim);
      normed = grown(normed, rows * dim);
      qkv = grown(qkv, rows * (2 * shape.heads() * slow.keyDim() + read));
      beta = grown(beta, rows * shape.heads());
      forgets = slow.forgets() ? grown(forgets, rows * shape.heads()) : forgets;
      reads = grown(reads, rows * read);
      mixed = grown(mixed, rows * dim);
      wide = grown(wide, rows * dim * slow.config().ffMult());
    }
  }
}
