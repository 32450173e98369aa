package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.StochasticRounding;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Puts memories into their slots on the device: bases are copied, and the logs of all are replayed
 * by one launch a layer. A replay of deltas is the memory step under the sum rule with delta for v
 * and beta = 1, which adds phi(k) (x) delta with the same bits as at first, behind a launch of the
 * {@link ForgetGates} if the model has them. An event's key and delta are copied, at d = 64 a 64th
 * of W. A replay of values is the step that learned them.
 */
final class MemoryRestore implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** Bytes that are staged together; one memory may take more. */
  private static final long MOST_STAGED = 1 << 26;

  private final Scope scope = new Scope();
  private final Scope rooms = new Scope();
  private final Model model;
  private final boolean half;
  private final MemoryKernel kernel;
  private final ForgetGates gates;
  private final Arguments arguments;
  private final CudaStream stream;
  private final DeviceMemory ones;
  private final int updates;
  private final int keysEach;

  /** Heads whose deltas are a row's. */
  private final int headsEach;

  private PinnedMemory host;
  private DeviceMemory device;

  /**
   * @param half true if memories are in bf16
   * @param gates of a model with forget gates, or null
   */
  MemoryRestore(
      Model model, boolean half, MemoryKernel kernel, ForgetGates gates, Arguments arguments) {
    this.model = model;
    this.half = half;
    this.kernel = kernel;
    this.gates = gates;
    this.arguments = arguments;
    MemoryShape shape = model.memory();
    // If layers share a memory, each update acts on it like an event.
    updates = shape.layers() == 1 ? model.updates() : 1;
    headsEach = model.updates() / updates * shape.heads();
    keysEach = headsEach * model.keyDim();
    try {
      stream = scope.own(CudaStream.create());
      float[] betas = new float[shape.heads()];
      Arrays.fill(betas, 1f);
      ones = scope.own(Constants.upload(betas, stream));
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  /**
   * Offsets in the staging buffer, in floats: the table of segments, keys, deltas (or values and
   * betas), steps of forget gates, fades and seeds (with forget gates those of fades too), which
   * are copied to the device as they are; then bases, which are copied to their slots. On the
   * device the fades and scales of forget gates stand there.
   */
  private record Layout(
      boolean values,
      int segments,
      int rows,
      boolean fading,
      long keys,
      long learned,
      long betas,
      long steps,
      long fades,
      long seeds,
      long fadeSeeds,
      long end) {}

  /**
   * Puts memories into their slots, and waits for it.
   *
   * @param computed the last computation that was enqueued, or null
   */
  void restore(DevicePool pool, CudaEvent computed, List<SavedMemory> memories) {
    List<SavedMemory> values = memories.stream().filter(this::isOfValues).toList();
    List<SavedMemory> others = memories.stream().filter(memory -> !isOfValues(memory)).toList();
    restoreLike(pool, computed, values);
    restoreLike(pool, computed, others);
  }

  /** Puts memories whose logs are of one kind into their slots. */
  private void restoreLike(DevicePool pool, CudaEvent computed, List<SavedMemory> memories) {
    int from = 0;
    long staged = 0;
    for (int i = 0; i < memories.size(); i++) {
      long bytes = bytes(pool, memories.get(i));
      if (i > from && staged + bytes > MOST_STAGED) {
        restore(pool, computed, memories.subList(from, i), true);
        from = i;
        staged = 0;
      }
      staged += bytes;
    }
    if (from < memories.size()) {
      restore(pool, computed, memories.subList(from, memories.size()), true);
    }
  }

  /** Replays events into the memory that a slot holds, in order, and waits for it. */
  void replay(DevicePool pool, CudaEvent computed, int slot, LoggedEvents events) {
    restore(pool, computed, List.of(new SavedMemory(slot, null, List.of(events))), false);
  }

  /**
   * True if a memory's log holds values, false if deltas.
   *
   * @throws IllegalArgumentException if it is of both kinds
   */
  private boolean isOfValues(SavedMemory memory) {
    List<LoggedEvents> log = memory.log();
    boolean values = !log.isEmpty() && log.get(0).ofValues();
    if (values && model.betas() == null) {
      throw new IllegalArgumentException("a log of values is of a model with constant betas");
    }
    if (half) {
      log.forEach(LoggedEvents::requireNumbers);
    }
    if (log.stream().anyMatch(some -> some.ofValues() != values)) {
      throw new IllegalArgumentException("a log is of deltas and of values");
    }
    return values;
  }

  /** The most bytes that a memory takes in the staging buffer. */
  private long bytes(DevicePool pool, SavedMemory memory) {
    int gate = gates == null ? 0 : headsEach + 1;
    int floats = keysEach + learnedEach(false) + model.memory().heads() + 2 + gate;
    long perRow = (long) floats * Float.BYTES;
    return perRow * memory.events() * updates + (memory.base() == null ? 0 : pool.slotBytes());
  }

  private void restore(
      DevicePool pool, CudaEvent computed, List<SavedMemory> memories, boolean withBases) {
    Layout layout = layout(memories);
    long bases = layout.end() * Float.BYTES;
    long based = memories.stream().filter(memory -> memory.base() != null).count();
    reserve(bases + 2 * forgotten(layout) * Float.BYTES, bases + based * pool.slotBytes());
    if (computed != null) {
      stream.await(computed);
    }
    for (SavedMemory memory : memories) {
      if (memory.base() != null) {
        pool.encode(memory.base(), 0, host, bases);
        pool.upload(memory.slot(), host, bases, stream);
        bases += pool.slotBytes();
      } else if (withBases) {
        pool.zero(memory.slot(), stream);
      }
    }
    if (layout.rows() > 0) {
      stage(memories, layout);
      device.upload(0, host, 0, layout.end() * Float.BYTES, stream);
      launch(pool, layout);
    }
    stream.synchronize();
  }

  private Layout layout(List<SavedMemory> memories) {
    boolean values = isOfValues(memories.get(0));
    int segments = 0;
    int rows = 0;
    boolean fading = false;
    for (SavedMemory memory : memories) {
      segments += memory.events() > 0 ? 1 : 0;
      rows += memory.events() * updates;
      fading |= memory.log().stream().anyMatch(some -> some.fades() != null);
    }
    long keys = aligned((long) segments * BatchPlan.SEGMENT);
    long learned = aligned(keys + (long) rows * keysEach);
    long betas = aligned(learned + (long) rows * learnedEach(values));
    long steps = aligned(betas + (values ? (long) rows * model.memory().heads() : 0));
    long fades = aligned(steps + (gates == null ? 0 : (long) rows * headsEach));
    long seeds = aligned(fades + (fading ? rows : 0));
    long fadeSeeds = aligned(seeds + (half ? rows : 0));
    long end = aligned(fadeSeeds + (half && gates != null ? rows : 0));
    return new Layout(
        values, segments, rows, fading, keys, learned, betas, steps, fades, seeds, fadeSeeds, end);
  }

  private void stage(List<SavedMemory> memories, Layout layout) {
    IntBuffer table = host.buffer().asIntBuffer();
    FloatBuffer floats = host.buffer().asFloatBuffer();
    int row = 0;
    for (SavedMemory memory : memories) {
      int first = row;
      for (LoggedEvents some : memory.log()) {
        stage(some, layout, row, floats);
        stageSeeds(some, layout, row);
        row += some.events() * updates;
      }
      if (row > first) {
        table.put(new int[] {memory.slot(), first, row, 0});
      }
    }
  }

  private void stage(LoggedEvents some, Layout layout, int row, FloatBuffer floats) {
    int rows = some.events() * updates;
    int each = learnedEach(layout.values());
    long learnedAt = layout.learned() + (long) row * each;
    put(floats, layout.keys() + (long) row * keysEach, some.keys(), rows * keysEach);
    if (gates == null) {
      put(floats, learnedAt, layout.values() ? some.values() : some.deltas(), rows * each);
    } else {
      long stepsAt = layout.steps() + (long) row * headsEach;
      putGated(floats, learnedAt, stepsAt, some.deltas(), rows * headsEach);
    }
    for (int i = 0; layout.values() && i < rows; i++) {
      int heads = model.memory().heads();
      put(floats, layout.betas() + (long) (row + i) * heads, some.betas(), heads);
    }
    for (int i = 0; layout.fading() && i < rows; i++) {
      float fade = i % updates == 0 ? some.fade(i / updates) : 1;
      floats.put(Math.toIntExact(layout.fades() + row + i), fade);
    }
  }

  private void stageSeeds(LoggedEvents some, Layout layout, int row) {
    if (half) {
      IntBuffer ints = host.buffer().asIntBuffer();
      for (int i = 0; i < some.events() * updates; i++) {
        // The kernel adds the offset of the launch's update, which is of none but the first here.
        int seed = StochasticRounding.event(some.number(i / updates));
        int update = StochasticRounding.offset(i % updates);
        ints.put(Math.toIntExact(layout.seeds() + row + i), seed + update);
        if (gates != null) {
          ints.put(Math.toIntExact(layout.fadeSeeds() + row + i), seed);
        }
      }
    }
  }

  private static void put(FloatBuffer floats, long at, float[] from, int count) {
    floats.put(Math.toIntExact(at), from, 0, count);
  }

  /** Fades of a launch's forget gates, and as many scales: these scale nothing that is kept. */
  private long forgotten(Layout layout) {
    return gates == null ? 0 : (long) layout.rows() * model.memory().heads();
  }

  /** Deltas and the steps that follow each apart, so that deltas stand at even places. */
  private void putGated(FloatBuffer floats, long at, long stepsAt, float[] deltas, int heads) {
    int columns = model.memory().columns();
    for (int i = 0; i < heads; i++) {
      int from = i * (columns + 1);
      floats.put(Math.toIntExact(at + (long) i * columns), deltas, from, columns);
      floats.put(Math.toIntExact(stepsAt + i), deltas[from + columns]);
    }
  }

  /** Floats of a row's deltas, or of its value. */
  private int learnedEach(boolean values) {
    return values ? model.memory().columns() : headsEach * model.memory().columns();
  }

  private void launch(DevicePool pool, Layout layout) {
    MemoryShape shape = model.memory();
    MemoryStep step = new MemoryStep(model);
    step.sumRule |= !layout.values();
    step.asksWrite = true;
    step.pool = pool.address();
    step.segments = device.address();
    step.fades = layout.fading() ? device.address() + layout.fades() * Float.BYTES : 0;
    step.seeds = half ? device.address() + layout.seeds() * Float.BYTES : 0;
    if (gates != null) {
      step.fades = device.address() + layout.end() * Float.BYTES;
      step.scales = step.fades + forgotten(layout) * Float.BYTES;
      step.fadeSeeds = half ? device.address() + layout.fadeSeeds() * Float.BYTES : 0;
    }
    step.projections = device.address() + layout.keys() * Float.BYTES;
    step.projectionStride = keysEach;
    step.query = -1;
    step.values = device.address() + layout.learned() * Float.BYTES;
    step.valueStride = learnedEach(layout.values());
    if (layout.values()) {
      step.betas = device.address() + layout.betas() * Float.BYTES;
      step.betaStride = shape.heads();
    } else {
      step.valueHeadStride = shape.columns();
      step.betas = ones.address();
    }
    arguments.on(stream);
    for (int l = 0; l < shape.layers(); l++) {
      step.key = l * shape.heads() * model.keyDim();
      step.value = l * shape.heads() * shape.columns();
      step.layer = (long) l * shape.layerFloats();
      step.update = l;
      if (gates != null) {
        long steps = device.address() + layout.steps() * Float.BYTES;
        gates.ofSteps(step, steps, headsEach, l * shape.heads(), 0, layout.segments());
      }
      step.launch(kernel, arguments, 0, layout.segments());
    }
  }

  private static long aligned(long floats) {
    return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void reserve(long deviceBytes, long hostBytes) {
    if (device == null || device.bytes() < deviceBytes || host.bytes() < hostBytes) {
      long deviceRoom = device == null ? deviceBytes : Math.max(deviceBytes, device.bytes());
      long hostRoom = host == null ? hostBytes : Math.max(hostBytes, host.bytes());
      host = null;
      device = null;
      rooms.close();
      host = rooms.own(PinnedMemory.allocate(hostRoom));
      device = rooms.own(DeviceMemory.allocate(Math.max(1, deviceRoom)));
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
