package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.LogLoan;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Model;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * A batch on its way through the device: its stream, its staging buffers on both sides, and the
 * offset of each part in them. One copy goes to the device, and one returns.
 */
final class InFlightBatch implements AutoCloseable {
  private static final long ALIGNMENT = 256;
  private static final long NOWHERE = -1;

  private final Model model;
  private final LogShape log;
  private final boolean half;
  private final Scope scope = new Scope();
  private final CudaStream stream;
  private final CudaEvent computed;
  private final BatchPlan plan;
  private final Room in = new Room();
  private final Room out = new Room();

  private EventBatch batch;
  private LogLoan lent;
  private long segments;
  private long observes;
  private long fades;
  private long seeds;
  private long inputs;
  private long targets;
  private long hidden;
  private long outputs;
  private long recallErrors;
  private long keys;
  private long deltas;
  private long end;
  private long returned;
  private long sent;

  /**
   * @param half true if memories are in bf16
   */
  InFlightBatch(Model model, boolean half, BatchPlan plan) {
    this.model = model;
    this.log = LogShape.of(model);
    this.half = half;
    this.plan = plan;
    try {
      stream = scope.own(CudaStream.create());
      computed = scope.own(CudaEvent.create());
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  /** The batch that is under way, or null. */
  EventBatch batch() {
    return batch;
  }

  BatchPlan plan() {
    return plan;
  }

  CudaStream stream() {
    return stream;
  }

  /** Reached when the kernels are done, before the results are copied. */
  CudaEvent computed() {
    return computed;
  }

  /** Plans the batch, lays out its parts, and enqueues its copy to the device. */
  void begin(EventBatch next) {
    plan.plan(next);
    endLoan();
    next.lend(null);
    in.reserve(layIn(next, next.capacity(), next.capacity()));
    out.reserve(layOut(next, next.capacity()));
    batch = next;
    sent = layIn(next, plan.segments(), next.size());
    layOut(next, next.size());
    pack();
    in.device.upload(0, in.host, 0, sent, stream);
  }

  private long layIn(EventBatch next, int segmentCount, int rows) {
    end = 0;
    segments = place((long) segmentCount * BatchPlan.SEGMENT * Integer.BYTES);
    observes = place(rows);
    fades = next.fading() ? placeFloats(rows, 1) : NOWHERE;
    seeds = half ? placeFloats(rows, 1) : NOWHERE;
    inputs = placeFloats(rows, model.inputDim());
    targets = placeFloats(rows, model.targetDim());
    return end;
  }

  /** Results that return come first; hidden vectors are needed even if they do not return. */
  private long layOut(EventBatch next, int rows) {
    end = 0;
    recallErrors = placeFloats(rows, 1);
    keys = next.wantsLog() ? placeFloats(rows, log.keys()) : NOWHERE;
    deltas = next.wantsLog() ? placeFloats(rows, log.deltas()) : NOWHERE;
    outputs = separateOutputs() ? placeFloats(rows, model.outputDim()) : NOWHERE;
    returned = end;
    hidden = placeFloats(rows, model.hiddenDim());
    if (!separateOutputs()) {
      outputs = hidden;
    }
    if (next.wantsHidden() || !separateOutputs()) {
      returned = end;
    }
    return end;
  }

  /** Enqueues the copy of the results. */
  void enqueueResults() {
    out.device.download(0, out.host, 0, returned, stream);
  }

  /** Waits for the results and hands them to the batch. */
  void complete() {
    stream.synchronize();
    if (batch.wantsHidden()) {
      unpack(hidden, model.hiddenDim(), batch.hidden());
    }
    unpack(outputs, model.outputDim(), batch.outputs());
    unpack(recallErrors, 1, batch.recallErrors());
    if (batch.wantsLog()) {
      handLog();
    }
    batch = null;
  }

  /** The log is most of the results: a pair is copied from here when it is kept. */
  private void handLog() {
    if (plan.inBatchOrder()) {
      lent = new LogLoan(results(keys, log.keys()), results(deltas, log.deltas()));
      batch.lend(lent);
    } else {
      unpack(keys, log.keys(), batch.keys());
      unpack(deltas, log.deltas(), batch.deltas());
    }
  }

  private void endLoan() {
    if (lent != null) {
      lent.end();
      lent = null;
    }
  }

  /** Forgets the batch after a failure; nothing of it is under way when this returns. */
  void abandon(RuntimeException failure) {
    batch = null;
    try {
      stream.synchronize();
    } catch (RuntimeException e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  long bytesIn() {
    return sent;
  }

  long bytesOut() {
    return returned;
  }

  long segments() {
    return in.device.address() + segments;
  }

  long observes() {
    return in.device.address() + observes;
  }

  /** 0 where no memory fades. */
  long fades() {
    return fades == NOWHERE ? 0 : in.device.address() + fades;
  }

  /** 0 where memories are in fp32. */
  long seeds() {
    return seeds == NOWHERE ? 0 : in.device.address() + seeds;
  }

  long inputs() {
    return in.device.address() + inputs;
  }

  long targets() {
    return in.device.address() + targets;
  }

  long hidden() {
    return out.device.address() + hidden;
  }

  long outputs() {
    return out.device.address() + outputs;
  }

  long recallErrors() {
    return out.device.address() + recallErrors;
  }

  /** 0 where no log is wanted. */
  long keys() {
    return keys == NOWHERE ? 0 : out.device.address() + keys;
  }

  /** 0 where no log is wanted. */
  long deltas() {
    return deltas == NOWHERE ? 0 : out.device.address() + deltas;
  }

  /** True if outputs differ from the hidden vectors. */
  boolean separateOutputs() {
    return model instanceof io.fastweights.kernels.model.SlowModel slow
        && slow.config().outputs() > 0;
  }

  private void pack() {
    ByteBuffer host = in.host.buffer();
    plan.write(slice(host, segments, plan.segments() * BatchPlan.SEGMENT).asIntBuffer());
    int at = Math.toIntExact(observes);
    for (int i = 0; i < batch.size(); i++) {
      host.put(at + i, (byte) (batch.observes(plan.row(i)) ? 1 : 0));
    }
    if (fades != NOWHERE) {
      FloatBuffer floats = slice(host, fades, batch.size()).asFloatBuffer();
      for (int i = 0; i < batch.size(); i++) {
        floats.put(i, batch.fade(plan.row(i)));
      }
    }
    packSeeds(host);
    pack(batch.inputs(), inputs, model.inputDim());
    pack(batch.targets(), targets, model.targetDim());
  }

  private void packSeeds(ByteBuffer host) {
    if (half) {
      int[] seed = batch.seeds();
      IntBuffer ints = slice(host, seeds, batch.size()).asIntBuffer();
      for (int i = 0; i < batch.size(); i++) {
        ints.put(i, seed[plan.row(i)]);
      }
    }
  }

  private void pack(float[] from, long to, int each) {
    FloatBuffer floats = slice(in.host.buffer(), to, batch.size() * each).asFloatBuffer();
    if (plan.inBatchOrder()) {
      floats.put(from, 0, batch.size() * each);
    } else {
      for (int i = 0; i < batch.size(); i++) {
        floats.put(from, plan.row(i) * each, each);
      }
    }
  }

  private void unpack(long from, int each, float[] to) {
    FloatBuffer floats = results(from, each);
    if (plan.inBatchOrder()) {
      floats.get(to, 0, batch.size() * each);
    } else {
      for (int i = 0; i < batch.size(); i++) {
        floats.get(to, plan.row(i) * each, each);
      }
    }
  }

  private FloatBuffer results(long from, int each) {
    return slice(out.host.buffer(), from, batch.size() * each).asFloatBuffer();
  }

  /** Words of 4 bytes from a place on. */
  private static ByteBuffer slice(ByteBuffer host, long at, int words) {
    return host.slice(Math.toIntExact(at), words * Integer.BYTES).order(host.order());
  }

  private long placeFloats(int rows, int each) {
    return place((long) rows * each * Float.BYTES);
  }

  private long place(long bytes) {
    long at = end;
    end = (at + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return at;
  }

  @Override
  public void close() {
    endLoan();
    try (Scope all = new Scope()) {
      all.own(scope);
      all.own(in);
      all.own(out);
      if (batch != null) {
        // The device may still write to buffers that are released next.
        all.own(stream::synchronize);
      }
    }
  }

  /** The same number of bytes on the host and on the device; grows to the largest batch seen. */
  private static final class Room implements AutoCloseable {
    private final Scope scope = new Scope();
    PinnedMemory host;
    DeviceMemory device;

    void reserve(long bytes) {
      if (device == null || device.bytes() < bytes) {
        close();
        host = scope.own(PinnedMemory.allocate(bytes));
        device = scope.own(DeviceMemory.allocate(bytes));
      }
    }

    @Override
    public void close() {
      host = null;
      device = null;
      scope.close();
    }
  }
}
