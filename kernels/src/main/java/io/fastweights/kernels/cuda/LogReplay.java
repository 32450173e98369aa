package io.fastweights.kernels.cuda;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Replays a log of (k, delta) pairs into a memory on the device: the memory step under the sum rule
 * with delta for v and beta = 1, which adds phi(k) (x) delta bit by bit as it was added first. What
 * travels is the log, not W: 64 times less for an event at d = 64.
 */
final class LogReplay implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Scope scope = new Scope();
  private final Scope rooms = new Scope();
  private final Model model;
  private final MemoryKernel kernel;
  private final Arguments arguments;
  private final CudaStream stream;
  private final DeviceMemory ones;
  private PinnedMemory host;
  private DeviceMemory device;

  LogReplay(Model model, MemoryKernel kernel, Arguments arguments) {
    this.model = model;
    this.kernel = kernel;
    this.arguments = arguments;
    try {
      stream = scope.own(CudaStream.create());
      float[] betas = new float[model.memory().heads()];
      Arrays.fill(betas, 1f);
      ones = scope.own(Constants.upload(betas, stream));
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  /**
   * Replays the events of a log in order, and waits for it.
   *
   * @param computed the last computation that was enqueued, or null
   * @param keys float[events][update][head][keyDim]
   * @param deltas float[events][update][head][columns]
   * @param fades float[events], or null
   */
  void replay(
      DevicePool pool,
      CudaEvent computed,
      int slot,
      float[] keys,
      float[] deltas,
      float[] fades,
      int events) {
    MemoryShape shape = model.memory();
    // Where layers share a memory, an update is to it what an event is.
    int updates = shape.layers() == 1 ? model.updates() : 1;
    int keysEach = model.updates() / updates * shape.heads() * model.keyDim();
    int deltasEach = model.updates() / updates * shape.heads() * shape.columns();
    int rows = events * updates;
    long keysAt = ALIGNMENT;
    long deltasAt = aligned(keysAt + (long) rows * keysEach);
    long fadesAt = aligned(deltasAt + (long) rows * deltasEach);
    long bytes = (fadesAt + (fades == null ? 0 : rows)) * Float.BYTES;
    reserve(bytes);
    FloatBuffer floats = host.buffer().asFloatBuffer();
    host.buffer().asIntBuffer().put(new int[] {slot, 0, rows, 0});
    floats.put(Math.toIntExact(keysAt), keys, 0, rows * keysEach);
    floats.put(Math.toIntExact(deltasAt), deltas, 0, rows * deltasEach);
    for (int row = 0; fades != null && row < rows; row++) {
      floats.put(Math.toIntExact(fadesAt + row), row % updates == 0 ? fades[row / updates] : 1);
    }
    if (computed != null) {
      stream.await(computed);
    }
    device.upload(0, host, 0, bytes, stream);
    long fading = fades == null ? 0 : device.address() + fadesAt * Float.BYTES;
    launch(pool, fading, keysAt, keysEach, deltasAt, deltasEach);
    stream.synchronize();
  }

  private void launch(
      DevicePool pool, long fades, long keysAt, int keysEach, long deltasAt, int deltasEach) {
    MemoryShape shape = model.memory();
    MemoryStep step = new MemoryStep(model);
    step.sumRule = true;
    step.asksWrite = true;
    step.pool = pool.address();
    step.segments = device.address();
    step.fades = fades;
    step.projections = device.address() + keysAt * Float.BYTES;
    step.projectionStride = keysEach;
    step.query = -1;
    step.values = device.address() + deltasAt * Float.BYTES;
    step.valueStride = deltasEach;
    step.valueHeadStride = shape.columns();
    step.betas = ones.address();
    arguments.on(stream);
    for (int l = 0; l < shape.layers(); l++) {
      step.key = l * shape.heads() * model.keyDim();
      step.value = l * shape.heads() * shape.columns();
      step.layer = (long) l * shape.layerFloats();
      step.launch(kernel, arguments, 0, 1);
    }
  }

  private static long aligned(long floats) {
    return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void reserve(long bytes) {
    if (device == null || device.bytes() < bytes) {
      host = null;
      device = null;
      rooms.close();
      host = rooms.own(PinnedMemory.allocate(bytes));
      device = rooms.own(DeviceMemory.allocate(bytes));
    }
  }

  @Override
  public void close() {
    try (Scope all = new Scope()) {
      all.own(scope);
      all.own(rooms);
    }
  }
}
