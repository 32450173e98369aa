package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.network.DeviceRecurrence;
import io.fastweights.kernels.train.network.HeadSequence;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * The fast-weight recurrence over whole sequences and back, on a GPU: what {@link
 * io.fastweights.kernels.train.network.Recurrence} does for one head of one sequence, for many at
 * once, a block of the device each (Schlag et al. 2021, section 4.2 and appendix on the custom
 * backward pass). W is walked back from its end, with a snapshot every so many events. The device
 * sees no forget gate but what {@link HeldMemory} leaves of it.
 *
 * <p>Results agree with those of the CPU within rounding: sums over rows are shared out among the
 * warps of a block. The bits are the same from run to run, for any other heads beside one.
 * Gradients are those of phi; {@link io.fastweights.kernels.train.network.FeatureGradient} leads
 * from there to keys and queries. Not thread-safe.
 */
public final class CudaRecurrence implements DeviceRecurrence {
  private static final int LEAST_INTERVAL = 64;
  private static final int WARPS = 8;
  private static final int THREADS = WARPS * 32;

  /** Above this a kernel must ask the driver for its shared memory. */
  private static final int USUAL_SHARED_BYTES = 48 << 10;

  private final Scope scope = new Scope();
  private final Arguments arguments = new Arguments();
  private final UpdateRule rule;
  private final int rows;
  private final int columns;
  private final int interval;
  private final CudaDevice device;
  private final CudaModule module;
  private final CudaStream stream;
  private final RecurrenceRoom room;
  private List<HeldMemory> ran = List.of();

  /** The memories after the sequences that ran; empty without forget gates. */
  private final List<float[]> ends = new ArrayList<>();

  /**
   * Takes a device.
   *
   * @param deviceIndex index of the CUDA device among the process's
   * @param rows E, the features of phi
   * @param columns M, the dimension of a value
   * @throws EngineException if the device is unavailable, or a head has too many columns for it
   */
  public CudaRecurrence(int deviceIndex, UpdateRule rule, int rows, int columns) {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "rows and columns are %d and %d, must be at least 1", rows, columns));
    }
    this.rule = rule;
    this.rows = rows;
    this.columns = columns;
    this.interval = Math.max(LEAST_INTERVAL, Math.min(rows, columns));
    try {
      device = scope.own(CudaDevice.acquire(deviceIndex));
      device.makeCurrent();
      module = scope.own(CudaModule.load());
      stream = scope.own(CudaStream.create());
      room = scope.own(new RecurrenceRoom(rows, columns));
      if (sharedBytes() > device.sharedBytes()) {
        throw new EngineException(
            String.format(
                Locale.ROOT,
                "a head has %d columns: more than the device's %d bytes of shared memory can hold",
                columns,
                device.sharedBytes()));
      }
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  /** Sums over rows, twice, and each warp's copy of delta (recurrence.cu). */
  private int sharedBytes() {
    return 3 * WARPS * columns * Float.BYTES;
  }

  @Override
  public String name() {
    return "cuda " + device.name();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if heads and memories differ in number
   */
  @Override
  public void forward(List<Head> heads, List<float[]> memories) {
    check(heads, memories);
    device.makeCurrent();
    ran = List.of();
    ends.clear();
    List<HeldMemory> held = heads.stream().map(head -> new HeldMemory(head, interval)).toList();
    room.lay(held);
    int from = 0;
    int snapshot = 0;
    for (int n = 0; n < held.size(); n++) {
      HeldMemory head = held.get(n);
      room.describe(n, from, from + head.length());
      putSteps(head, from, snapshot);
      putEvents(head, from);
      room.floats().put(room.matrix(room.memories, n), memories.get(n), 0, rows * columns);
      from += head.length();
      snapshot += head.snapshots();
    }
    room.upload(0, room.outs, stream);
    launch("recurrence_forward", heads.size());
    room.download(room.memories, room.gradW, stream);
    stream.synchronize();
    from = 0;
    for (int n = 0; n < held.size(); n++) {
      HeldMemory head = held.get(n);
      HeadSequence s = head.head().values();
      float[] w = memories.get(n);
      room.floats().get(room.matrix(room.memories, n), w, 0, rows * columns);
      if (rule == UpdateRule.GATED_DELTA) {
        DeltaRule.scale(w, 0, rows * columns, head.end());
        ends.add(w.clone());
      }
      for (int t = 0; t < head.length(); t++) {
        int at = room.event(room.outs, from + t, columns);
        scale(at, columns, head.scale(t));
        room.floats().get(at, s.out, s.outAt + t * s.outStride, columns);
      }
      from += head.length();
    }
    ran = held;
  }

  /** What the device is told of each event beside its values. */
  private void putSteps(HeldMemory head, int from, int firstSnapshot) {
    int snapshot = firstSnapshot;
    for (int t = 0; t < head.length(); t++) {
      room.putAsk(from + t, head.asks(t));
      room.putKept(from + t, head.keeps(t) ? snapshot++ : -1);
      room.floats().put(room.event(room.wraps, from + t, 1), head.wrap(t));
    }
  }

  private void putEvents(HeldMemory head, int from) {
    HeadSequence s = head.head().values();
    FloatBuffer to = room.floats();
    to.put(room.event(room.phiK, from, rows), s.phiK, 0, head.length() * rows);
    to.put(room.event(room.phiQ, from, rows), s.phiQ, 0, head.length() * rows);
    for (int t = 0; t < head.length(); t++) {
      int value = room.event(room.values, from + t, columns);
      to.put(value, s.v, s.vAt + t * s.vStride, columns);
      scale(value, columns, 1 / head.scale(t));
      to.put(room.event(room.betas, from + t, 1), s.beta[s.betaAt + t * s.betaStride]);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if no forward pass went before
   */
  @Override
  public void backward(List<HeadSequence> gradients, List<float[]> gradMemories) {
    List<HeldMemory> heads = ran;
    if (heads.isEmpty()) {
      throw new IllegalStateException("there is no forward pass to go back through");
    }
    check(heads, gradMemories);
    check(heads, gradients);
    ran = List.of();
    device.makeCurrent();
    int from = 0;
    for (int n = 0; n < heads.size(); n++) {
      HeadSequence g = gradients.get(n);
      for (int t = 0; t < heads.get(n).length(); t++) {
        int at = room.event(room.outs, from + t, columns);
        room.floats().put(at, g.out, g.outAt + t * g.outStride, columns);
        scale(at, columns, heads.get(n).scale(t));
      }
      int gradW = room.matrix(room.gradW, n);
      room.floats().put(gradW, gradMemories.get(n), 0, rows * columns);
      scale(gradW, rows * columns, heads.get(n).end());
      from += heads.get(n).length();
    }
    room.upload(room.outs, room.gradK, stream);
    room.zero(room.gradK, room.inserts, stream);
    launch("recurrence_backward", heads.size());
    room.download(room.gradW, room.inserts, stream);
    stream.synchronize();
    from = 0;
    for (int n = 0; n < heads.size(); n++) {
      HeldMemory head = heads.get(n);
      float[] gradW = gradMemories.get(n);
      if (rule == UpdateRule.GATED_DELTA) {
        addForgetGradients(head, gradients.get(n), from, dot(gradW, ends.get(n)));
      }
      room.floats().get(room.matrix(room.gradW, n), gradW, 0, rows * columns);
      addGradients(head, gradients.get(n), from);
      from += head.length();
    }
  }

  private void addForgetGradients(HeldMemory head, HeadSequence g, int from, double product) {
    FloatBuffer gradQ =
        room.floats().slice(room.event(room.gradQ, from, rows), head.length() * rows);
    FloatBuffer gradV =
        room.floats().slice(room.event(room.gradV, from, columns), head.length() * columns);
    head.addForgetGradients(g, gradQ, gradV, product);
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum = Math.fma((double) x[i], y[i], sum);
    }
    return sum;
  }

  /** Multiplies floats in the staging buffer; 1 leaves them as they are. */
  private void scale(int at, int count, float by) {
    FloatBuffer floats = room.floats();
    for (int i = at; by != 1 && i < at + count; i++) {
      floats.put(i, by * floats.get(i));
    }
  }

  private void addGradients(HeldMemory head, HeadSequence g, int from) {
    for (int t = 0; t < head.length(); t++) {
      scale(room.event(room.gradV, from + t, columns), columns, 1 / head.scale(t));
      add(room.event(room.gradK, from + t, rows), g.phiK, t * rows, rows);
      add(room.event(room.gradQ, from + t, rows), g.phiQ, t * rows, rows);
      add(room.event(room.gradV, from + t, columns), g.v, g.vAt + t * g.vStride, columns);
      add(room.event(room.gradBetas, from + t, 1), g.beta, g.betaAt + t * g.betaStride, 1);
    }
  }

  private void add(int from, float[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] += room.floats().get(from + i);
    }
  }

  private static void check(List<?> heads, List<?> others) {
    if (heads.isEmpty() || heads.size() != others.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "heads are %d and what belongs to them %d, must be as many and at least 1",
              heads.size(),
              others.size()));
    }
  }

  private void launch(String kernel, int blocks) {
    int shared = sharedBytes();
    module.function(kernel, shared > USUAL_SHARED_BYTES ? shared : 0);
    arguments.on(stream);
    arguments.begin();
    for (ToIntFunction<RecurrenceRoom> part : RecurrenceRoom.ARGUMENTS) {
      arguments.wide(room.address(part.applyAsInt(room)));
    }
    arguments
        .integer(rows)
        .integer(columns)
        .integer(rule == UpdateRule.SUM ? 1 : 0)
        .integer(0)
        .launch(module, kernel, blocks, 1, THREADS, shared);
  }

  /** May be called by another thread than made it; a second call does nothing. */
  @Override
  public void close() {
    device.close(scope);
  }
}
