package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Layout of the parts of sequences, on the device and in a staging buffer alike: parts that are
 * copied together are adjacent. Offsets count floats. Grows to the largest seen.
 */
final class RecurrenceRoom implements AutoCloseable {
  /** The addresses of {@code Recurrence} in arguments.cuh, in its order. */
  static final List<ToIntFunction<RecurrenceRoom>> ARGUMENTS =
      List.of(
          room -> room.table,
          room -> room.phiK,
          room -> room.phiQ,
          room -> room.values,
          room -> room.betas,
          room -> room.asks,
          room -> room.kept,
          room -> room.wraps,
          room -> room.memories,
          room -> room.outs,
          room -> room.inserts,
          room -> room.snapshots,
          room -> room.gradK,
          room -> room.gradQ,
          room -> room.gradV,
          room -> room.gradBetas,
          room -> room.gradW);

  private static final int ALIGNMENT = 64;
  private static final int TABLE_INTS = 4;

  private final Scope scope = new Scope();
  private final int rows;
  private final int columns;
  private PinnedMemory host;
  private DeviceMemory memory;
  private FloatBuffer floats;
  private long end;

  int table;
  int asks;
  int kept;
  int wraps;
  int phiK;
  int phiQ;
  int values;
  int betas;
  int memories;
  int outs;
  int gradW;
  int gradK;
  int gradQ;
  int gradV;
  int gradBetas;

  /** Parts from here on are not copied. */
  int inserts;

  int snapshots;

  RecurrenceRoom(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** Lays out the parts of these sequences. */
  void lay(List<HeldMemory> heads) {
    long events = 0;
    long snapshotCount = 0;
    for (HeldMemory head : heads) {
      events += head.length();
      snapshotCount += head.snapshots();
    }
    long matrix = (long) rows * columns;
    end = 0;
    table = place((long) TABLE_INTS * heads.size());
    asks = place((events + Float.BYTES - 1) / Float.BYTES);
    kept = place(events);
    wraps = place(events);
    phiK = place(events * rows);
    phiQ = place(events * rows);
    values = place(events * columns);
    betas = place(events);
    memories = place(heads.size() * matrix);
    outs = place(events * columns);
    gradW = place(heads.size() * matrix);
    gradK = place(events * rows);
    gradQ = place(events * rows);
    gradV = place(events * columns);
    gradBetas = place(events);
    inserts = place(events * columns);
    snapshots = place(snapshotCount * matrix);
    reserve((long) inserts * Float.BYTES, end * Float.BYTES);
  }

  private int place(long count) {
    int at = Math.toIntExact(end);
    end = (end + count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return at;
  }

  private void reserve(long hostBytes, long deviceBytes) {
    if (memory == null || host.bytes() < hostBytes || memory.bytes() < deviceBytes) {
      close();
      host = scope.own(PinnedMemory.allocate(hostBytes));
      memory = scope.own(DeviceMemory.allocate(deviceBytes));
      floats = host.buffer().asFloatBuffer();
    }
  }

  /** The staging buffer. */
  FloatBuffer floats() {
    return floats;
  }

  /** Entry of the table: the events of a sequence. */
  void describe(int sequence, int from, int to) {
    int at = (table + TABLE_INTS * sequence) * Float.BYTES;
    host.buffer().putInt(at, from).putInt(at + 4, to).putInt(at + 8, 0).putInt(at + 12, 0);
  }

  /** The snapshot before an event, or -1. */
  void putKept(int event, int snapshot) {
    host.buffer().putInt((kept + event) * Float.BYTES, snapshot);
  }

  void putAsk(int event, boolean ask) {
    host.buffer().put(asks * Float.BYTES + event, (byte) (ask ? 1 : 0));
  }

  /** Offset of an event in a part with {@code each} floats per event. */
  int event(int part, int event, int each) {
    return part + event * each;
  }

  /** Offset of a sequence's matrix in a part. */
  int matrix(int part, int sequence) {
    return part + sequence * rows * columns;
  }

  long address(int part) {
    return memory.address() + (long) part * Float.BYTES;
  }

  /** Enqueues a copy of the parts from one up to another. */
  void upload(int from, int to, CudaStream stream) {
    memory.upload(bytes(from), host, bytes(from), bytes(to) - bytes(from), stream);
  }

  /** Enqueues a copy back of the parts from one up to another. */
  void download(int from, int to, CudaStream stream) {
    memory.download(bytes(from), host, bytes(from), bytes(to) - bytes(from), stream);
  }

  /** Enqueues zeroing the parts from one up to another. */
  void zero(int from, int to, CudaStream stream) {
    memory.zero(bytes(from), bytes(to) - bytes(from), stream);
  }

  private static long bytes(int floats) {
    return (long) floats * Float.BYTES;
  }

  @Override
  public void close() {
    host = null;
    memory = null;
    floats = null;
    scope.close();
  }
}
