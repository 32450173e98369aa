package io.fastweights.kernels.cuda.driver;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** Bytes of a device's memory; the only owner of their address. Their content is undefined. */
public final class DeviceMemory extends NativeResource {
  private final Address pointer = new Address();
  private final long bytes;

  private DeviceMemory(long bytes) {
    super(bytes + " bytes of device memory");
    this.bytes = bytes;
  }

  /**
   * @throws io.fastweights.kernels.engine.EngineException if the device has not as much
   */
  public static DeviceMemory allocate(long bytes) {
    DeviceMemory memory = new DeviceMemory(bytes);
    Driver.check(JCudaDriver.cuMemAlloc(memory.pointer, bytes), "allocate device memory", bytes);
    memory.granted();
    return memory;
  }

  public long bytes() {
    return bytes;
  }

  /** The address on the device, for a kernel's argument. */
  public long address() {
    return pointer.raw();
  }

  /** Enqueues a copy of host bytes to {@code at}. */
  public void upload(long at, PinnedMemory from, long fromAt, long count, CudaStream stream) {
    Driver.check(
        JCudaDriver.cuMemcpyHtoDAsync(
            pointer.withByteOffset(at), from.pointer(fromAt), count, stream.handle()),
        "copy to the device",
        count);
  }

  /** Enqueues a copy of the bytes at {@code at} to the host. */
  public void download(long at, PinnedMemory to, long toAt, long count, CudaStream stream) {
    Driver.check(
        JCudaDriver.cuMemcpyDtoHAsync(
            to.pointer(toAt), pointer.withByteOffset(at), count, stream.handle()),
        "copy from the device",
        count);
  }

  /** Enqueues a copy inside this memory; the ranges must not meet. */
  public void move(long from, long to, long count, CudaStream stream) {
    Driver.check(
        JCudaDriver.cuMemcpyDtoDAsync(
            pointer.withByteOffset(to), pointer.withByteOffset(from), count, stream.handle()),
        "copy on the device",
        count);
  }

  /** Enqueues a copy from another place of the device to the beginning of this memory. */
  public void take(long address, long count, CudaStream stream) {
    Driver.check(
        JCudaDriver.cuMemcpyDtoDAsync(
            pointer, new CUdeviceptr().withByteOffset(address), count, stream.handle()),
        "copy on the device",
        count);
  }

  /** Enqueues zeroing. */
  public void zero(long at, long count, CudaStream stream) {
    Driver.check(
        JCudaDriver.cuMemsetD8Async(pointer.withByteOffset(at), (byte) 0, count, stream.handle()),
        "zero device memory",
        count);
  }

  @Override
  protected int free() {
    return JCudaDriver.cuMemFree(pointer);
  }

  private static final class Address extends CUdeviceptr {
    long raw() {
      return getNativePointer();
    }
  }
}
