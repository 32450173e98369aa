package io.fastweights.kernels.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Page-locked bytes of the host, which the device copies to and from on its own. */
public final class PinnedMemory extends NativeResource {
  private final Pointer pointer = new Pointer();
  private final long bytes;
  private ByteBuffer buffer;

  private PinnedMemory(long bytes) {
    super(bytes + " bytes of pinned host memory");
    this.bytes = bytes;
  }

  /**
   * @throws io.fastweights.kernels.engine.EngineException if the host has not as much
   */
  public static PinnedMemory allocate(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a staging buffer of " + bytes + " bytes is above 2 GiB: use smaller batches");
    }
    PinnedMemory memory = new PinnedMemory(bytes);
    Driver.check(
        JCudaDriver.cuMemHostAlloc(memory.pointer, bytes, 0), "allocate pinned host memory", bytes);
    memory.buffer = memory.pointer.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    memory.granted();
    return memory;
  }

  public long bytes() {
    return bytes;
  }

  /** The bytes; not to be touched after {@link #close}. */
  public ByteBuffer buffer() {
    return buffer;
  }

  Pointer pointer(long at) {
    return pointer.withByteOffset(at);
  }

  @Override
  protected int free() {
    buffer = null;
    return JCudaDriver.cuMemFreeHost(pointer);
  }
}
