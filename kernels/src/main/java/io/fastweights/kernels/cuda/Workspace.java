package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;

/**
 * Device memory for a batch's intermediate values, float[row][...] each. Grows to the largest batch
 * seen. One serves all batches in flight: their computations follow each other.
 */
final class Workspace implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** Rows of a projection begin at multiples of 16 bytes. */
  private static final int ROW_ALIGNMENT = 4;

  private final Model model;
  private final int projectionStride;
  private DeviceMemory memory;
  private DeviceMemory betas;
  private int rows;
  private long floats;
  private long normed;
  private long projections;
  private long reads;
  private long recalls;
  private long mixed;
  private long wide;
  private long fades;
  private long scales;

  Workspace(Model model) {
    this.model = model;
    MemoryShape shape = model.memory();
    int gates = model.forgets() ? 2 : 1;
    int projection = shape.heads() * (2 * model.keyDim() + shape.columns() + gates);
    projectionStride = (projection + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
  }

  /**
   * Makes room for at least this many rows.
   *
   * @param flights batches that may still use the old room
   */
  void reserve(int wanted, InFlightBatch[] flights) {
    if (memory != null && rows >= wanted) {
      return;
    }
    for (InFlightBatch flight : flights) {
      flight.stream().synchronize();
    }
    DeviceMemory old = memory;
    memory = null;
    if (old != null) {
      old.close();
    }
    lay(wanted);
    memory = DeviceMemory.allocate(floats * Float.BYTES);
    rows = wanted;
  }

  private void lay(int n) {
    MemoryShape shape = model.memory();
    int read = shape.heads() * shape.columns();
    floats = 0;
    recalls = place(n, read);
    if (model instanceof SlowModel slow) {
      int dim = slow.config().dim();
      normed = place(n, dim);
      projections = place(n, projectionStride);
      reads = place(n, read);
      mixed = place(n, dim);
      wide = place(n, dim * slow.config().ffMult());
      int gates = slow.forgets() ? shape.heads() : 0;
      fades = place(n, gates);
      scales = place(n, gates);
    }
  }

  private long place(int n, int each) {
    long at = floats * Float.BYTES;
    floats += ((long) n * each + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return at;
  }

  long normed() {
    return memory.address() + normed;
  }

  /** [q | k | v | forget | beta] of each row, forget only with forget gates. */
  long projections() {
    return memory.address() + projections;
  }

  int projectionStride() {
    return projectionStride;
  }

  long reads() {
    return memory.address() + reads;
  }

  long recalls() {
    return memory.address() + recalls;
  }

  long mixed() {
    return memory.address() + mixed;
  }

  long wide() {
    return memory.address() + wide;
  }

  /** What forget gates multiply memories by before each row: float[row][heads]. */
  long fades() {
    return memory.address() + fades;
  }

  /** What forget gates hold memories without at each row: float[row][heads]. */
  long scales() {
    return memory.address() + scales;
  }

  /** The constant betas of an associative memory, uploaded once. */
  long betas(AssociativeMemory associative, CudaStream stream) {
    if (betas == null) {
      betas = Constants.upload(associative.betas(), stream);
    }
    return betas.address();
  }

  @Override
  public void close() {
    try (Scope all = new Scope()) {
      if (memory != null) {
        all.own(memory);
      }
      if (betas != null) {
        all.own(betas);
      }
    }
  }
}
