package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;
import java.util.Arrays;

/** Steps memories on the CPU, in the calling thread. */
public final class CpuEngine implements Engine {
  private final Model model;
  private final CpuKernels kernels;
  private final MemoryShape shape;
  private final LogShape log;
  private final HeapPool pool;
  private final MemoryLayer memory;
  private final MemoryReplay replay;

  /** Null for an associative memory. */
  private final CpuLayers layers;

  private float[] recalls = {};

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
    this.memory = new MemoryLayer(model);
    this.layers =
        model instanceof SlowModel slow ? new CpuLayers(slow, kernels, pool, memory) : null;
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
    memory.deltas = batch.deltas();
    memory.deltaStride = log.deltas();
    if (model instanceof AssociativeMemory associative) {
      associate(associative, batch);
    } else {
      layers.step(batch);
    }
  }

  /** Steps events of one slot through a layer's memory. */
  void step(MemoryLayer events, int slot, int layer, int firstRow, int endRow) {
    pool.step(kernels, events, slot, layer, firstRow, endRow);
  }

  private void associate(AssociativeMemory associative, EventBatch batch) {
    int columns = shape.columns();
    int perRow = shape.heads() * columns;
    if (recalls.length < batch.size() * perRow) {
      recalls = new float[batch.size() * perRow];
    }
    if (batch.wantsLog()) {
      System.arraycopy(batch.inputs(), 0, batch.keys(), 0, batch.size() * model.inputDim());
    }
    memory.firstRow = 0;
    memory.oneValue(batch.inputs(), batch.targets(), associative.betas());
    memory.recalls = recalls;
    for (int s = 0; s < batch.segments(); s++) {
      step(memory, batch.slot(s), 0, batch.start(s), batch.end(s));
    }
    for (int row = 0; row < batch.size(); row++) {
      mean(recalls, row * perRow, batch.outputs(), row * columns);
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

  private static void add(float[] of, int at, float[] into, int to, int n) {
    for (int j = 0; j < n; j++) {
      into[to + j] += of[at + j];
    }
  }

  @Override
  public void close() {}
}
