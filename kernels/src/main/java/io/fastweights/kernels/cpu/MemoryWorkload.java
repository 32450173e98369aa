package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.SlowModel;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The memory steps of random events on an engine's pool, without the dense products around them;
 * for benchmarks. Counts the work that the steps cannot avoid: the floor for measured times.
 */
public final class MemoryWorkload {
  private final CpuEngine engine;
  private final SlowModel model;
  private final MemoryShape shape;
  private final MemoryLayer layer;
  private final int events;
  private final int segment;
  private final double bytes;
  private final double multiplyAdds;

  /**
   * @param events events of a round; a multiple of {@code segment}
   * @param segment events of one key, one after the other
   */
  public MemoryWorkload(CpuEngine engine, int events, int segment, long seed) {
    this.engine = engine;
    this.model = (SlowModel) engine.model();
    this.shape = model.memory();
    this.events = events;
    this.segment = segment;
    this.layer = layer(seed);
    double readAndWritten = 0;
    double products = 0;
    for (int first = 0; first < events; first += segment) {
      for (int h = 0; h < shape.heads(); h++) {
        BitSet read = new BitSet();
        BitSet written = new BitSet();
        for (int row = first; row < first + segment; row++) {
          BitSet key = active(layer.keyAt(row, h));
          BitSet query = active(layer.queryAt(row, h));
          products += 2.0 * key.cardinality() + query.cardinality();
          written.or(key);
          read.or(key);
          read.or(query);
        }
        readAndWritten += read.cardinality() + written.cardinality();
      }
    }
    this.bytes = readAndWritten * shape.columns() * Float.BYTES / events;
    this.multiplyAdds = products * shape.columns() / events;
  }

  private MemoryLayer layer(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryLayer l = new MemoryLayer(model);
    int keys = shape.heads() * model.keyDim();
    int reads = shape.heads() * shape.columns();
    l.projectionStride = 2 * keys + reads;
    l.projections = new float[events * l.projectionStride + HeapPool.MARGIN];
    for (int i = 0; i < l.projections.length; i++) {
      l.projections[i] = (float) random.nextGaussian();
    }
    l.k = keys;
    l.values = l.projections;
    l.valueStride = l.projectionStride;
    l.value = 2 * keys;
    l.valueHeadStride = shape.columns();
    l.beta = new float[events * shape.heads()];
    for (int i = 0; i < l.beta.length; i++) {
      l.beta[i] = random.nextInt(1, 1000) / 1000f;
    }
    l.reads = new float[events * reads];
    l.scale = model.config().readScale();
    l.relativeError = true;
    l.recallErrors = new float[events];
    l.deltas = new float[events * reads];
    l.deltaStride = reads;
    l.alwaysWrite = true;
    l.seeds = new int[events];
    l.batch = new EventBatch(model, 1);
    return l;
  }

  private BitSet active(int at) {
    float[] phi = new float[shape.rows()];
    Dpfp.features(
        model.featureMap(),
        model.nu(),
        model.normalisation(),
        layer.projections,
        at,
        model.keyDim(),
        phi);
    BitSet rows = new BitSet();
    for (int i = 0; i < phi.length; i++) {
      if (phi[i] != 0) {
        rows.set(i);
      }
    }
    return rows;
  }

  /** Bytes of W that any implementation must read and write for an event. */
  public double bytesPerEvent() {
    return bytes;
  }

  /** Fused multiply-adds on W that an event must do, its zero features skipped. */
  public double multiplyAddsPerEvent() {
    return multiplyAdds;
  }

  /** Steps the round's events; segment i meets the memory in {@code slots[(from + i) % length]}. */
  public void run(int[] slots, int from) {
    for (int s = 0; s < events / segment; s++) {
      int slot = slots[(from + s) % slots.length];
      engine.step(layer, slot, 0, s * segment, (s + 1) * segment);
    }
  }
}
