package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.Driver;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memories in device memory, in one block: element[slot][layer][head][row][column]. Scratch slots
 * follow those that the caller sees.
 */
public final class DevicePool implements MemoryPool, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DevicePool.class);

  /** The share of the free memory that a pool takes at most; the rest is for batches. */
  private static final double MOST_OF_FREE = 0.8;

  private final Scope scope = new Scope();
  private final CudaDevice device;
  private final MemoryShape shape;
  private final Storage format;
  private final int slots;
  private final DeviceMemory memory;
  private final PinnedMemory staging;
  private final CudaStream stream;

  /** The last computation that was enqueued, which a transfer waits for. */
  private CudaEvent computed;

  /**
   * Takes device memory for as many slots as the options ask for, or for fewer where it is short.
   *
   * @param scratchSlots slots beyond those asked for
   * @throws EngineException if there is not enough for {@link EngineOptions#leastSlots}
   */
  public DevicePool(CudaDevice device, MemoryShape shape, EngineOptions options, int scratchSlots) {
    this.device = device;
    this.shape = shape;
    this.format = options.storage();
    try {
      this.stream = scope.own(CudaStream.create());
      this.staging = scope.own(PinnedMemory.allocate(slotBytes()));
      this.memory = scope.own(allocate(options, scratchSlots));
      this.slots = Math.toIntExact(memory.bytes() / slotBytes()) - scratchSlots;
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  private DeviceMemory allocate(EngineOptions options, int scratchSlots) {
    long free = device.freeBytes();
    long most = Math.min((long) (free * MOST_OF_FREE), options.poolBytes());
    long wanted = Math.min(options.slots(), most / slotBytes() - scratchSlots);
    for (; wanted >= options.leastSlots(); wanted -= Math.max(1, wanted / 8)) {
      try {
        DeviceMemory made = DeviceMemory.allocate((wanted + scratchSlots) * slotBytes());
        if (wanted < options.slots()) {
          LOG.warn(
              "the pool has {} slots of {} bytes instead of {}: {} bytes of device memory are"
                  + " free, and {} may be used",
              wanted,
              slotBytes(),
              options.slots(),
              free,
              options.poolBytes());
        }
        return made;
      } catch (Driver.Failure e) {
        if (!e.isOutOfMemory()) {
          throw e;
        }
      }
    }
    throw new EngineException(
        String.format(
            Locale.ROOT,
            "the pool needs at least %d slots of %d bytes; %d bytes of device memory are free, and %d may be used",
            options.leastSlots(),
            slotBytes(),
            free,
            options.poolBytes()));
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public MemoryShape shape() {
    return shape;
  }

  /** Bytes of one key's memory. */
  long slotBytes() {
    return (long) shape.floats() * format.bytes();
  }

  public long address() {
    return memory.address();
  }

  /** Transfers wait for the event from now on. */
  void after(CudaEvent event) {
    computed = event;
  }

  /** Enqueues zeroing a slot in the stream of a computation. */
  void zero(int slot, CudaStream where) {
    memory.zero(slot * slotBytes(), slotBytes(), where);
  }

  /** Enqueues a copy from slot to slot in the stream of a computation. */
  public void copy(int from, int to, CudaStream where) {
    memory.move(from * slotBytes(), to * slotBytes(), slotBytes(), where);
  }

  @Override
  public void read(int slot, float[] into, int offset) {
    check(slot);
    begin();
    memory.download(slot * slotBytes(), staging, 0, slotBytes(), stream);
    stream.synchronize();
    if (format == Storage.FP32) {
      staging.buffer().asFloatBuffer().get(into, offset, shape.floats());
    } else {
      ShortBuffer bits = staging.buffer().asShortBuffer();
      for (int i = 0; i < shape.floats(); i++) {
        into[offset + i] = BrainFloat.toFloat(bits.get(i));
      }
    }
  }

  @Override
  public void write(int slot, float[] from, int offset) {
    check(slot);
    encode(from, offset, staging, 0);
    begin();
    upload(slot, staging, 0, stream);
    stream.synchronize();
  }

  /** Puts a memory into a staging buffer, as a slot holds it. */
  void encode(float[] from, int offset, PinnedMemory into, long at) {
    ByteBuffer bytes =
        into.buffer()
            .slice(Math.toIntExact(at), Math.toIntExact(slotBytes()))
            .order(ByteOrder.nativeOrder());
    if (format == Storage.FP32) {
      bytes.asFloatBuffer().put(from, offset, shape.floats());
    } else {
      ShortBuffer bits = bytes.asShortBuffer();
      for (int i = 0; i < shape.floats(); i++) {
        bits.put(i, BrainFloat.of(from[offset + i]));
      }
    }
  }

  /** Enqueues a copy of an encoded memory into a slot. */
  void upload(int slot, PinnedMemory from, long at, CudaStream where) {
    memory.upload(slot * slotBytes(), from, at, slotBytes(), where);
  }

  private void begin() {
    device.makeCurrent();
    if (computed != null) {
      stream.await(computed);
    }
  }

  void check(int slot) {
    if (slot < 0 || slot >= slots) {
      throw new IllegalArgumentException("slot is " + slot + ", the pool has " + slots + " slots");
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
