package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.math.Network;
import io.fastweights.kernels.numeric.Layers.Dense;
import io.fastweights.kernels.numeric.Layers.Norm;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Slow weights in device memory, in one block, written once. */
final class DeviceNetwork implements AutoCloseable {
  /** Addresses are multiples of this many floats, so that vector loads are aligned. */
  private static final int ALIGNMENT = 32;

  /**
   * A linear layer.
   *
   * @param packed address of float[in][out]
   * @param bias address of float[out], or 0
   */
  record Matrix(long packed, long bias, int in, int out) {}

  /** Layer norm's parameters: addresses of float[dim]. */
  record Scale(long weight, long bias) {}

  /**
   * One layer of {@link Network}; the projection is [q | k | v | forget | beta] in one product,
   * forget only with forget gates.
   *
   * @param forget floats before forget in the projection
   * @param beta floats before beta in the projection
   */
  record Layer(
      Scale attentionNorm,
      Matrix projection,
      int forget,
      int beta,
      Matrix out,
      Scale feedForwardNorm,
      Matrix feedForwardIn,
      Matrix feedForwardOut) {}

  private final DeviceMemory memory;
  private final List<Layer> layers = new ArrayList<>();
  private final Scale norm;
  private final Matrix head;

  DeviceNetwork(Network network, CudaStream stream) {
    Block block = new Block();
    network.layers().forEach(layer -> place(layer, block));
    place(network.norm(), block);
    place(network.head(), block);
    Scope failing = new Scope();
    memory = failing.own(DeviceMemory.allocate(Math.max(1, block.size) * Float.BYTES));
    try (PinnedMemory staging = PinnedMemory.allocate(memory.bytes())) {
      block.size = 0;
      block.base = memory.address();
      block.floats = staging.buffer().asFloatBuffer();
      for (Network.Layer layer : network.layers()) {
        layers.add(place(layer, block));
      }
      norm = place(network.norm(), block);
      head = place(network.head(), block);
      memory.upload(0, staging, 0, memory.bytes(), stream);
      stream.synchronize();
    } catch (RuntimeException e) {
      throw failing.closeAfter(e);
    }
  }

  List<Layer> layers() {
    return layers;
  }

  /** All matrices. */
  List<Matrix> matrices() {
    return Stream.concat(
            layers.stream()
                .flatMap(
                    layer ->
                        Stream.of(
                            layer.projection(),
                            layer.out(),
                            layer.feedForwardIn(),
                            layer.feedForwardOut())),
            Stream.ofNullable(head))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Layer norm of the hidden vectors, or null. */
  Scale norm() {
    return norm;
  }

  /** The read-out, or null. */
  Matrix head() {
    return head;
  }

  @Override
  public void close() {
    memory.close();
  }

  private static Layer place(Network.Layer layer, Block block) {
    Dense before = layer.forget() == null ? layer.qkv() : beside(layer.qkv(), layer.forget());
    return new Layer(
        place(layer.attentionNorm(), block),
        place(beside(before, layer.beta()), block),
        layer.qkv().out(),
        before.out(),
        place(layer.out(), block),
        place(layer.feedForwardNorm(), block),
        place(layer.feedForwardIn(), block),
        place(layer.feedForwardOut(), block));
  }

  private static Matrix place(Dense dense, Block block) {
    return dense == null
        ? null
        : new Matrix(
            block.put(dense.packed()),
            dense.bias() == null ? 0 : block.put(dense.bias()),
            dense.in(),
            dense.out());
  }

  private static Scale place(Norm norm, Block block) {
    return norm == null ? null : new Scale(block.put(norm.weight()), block.put(norm.bias()));
  }

  /** Two layers of one input as one: the outputs of b follow those of a. */
  private static Dense beside(Dense a, Dense b) {
    int out = a.out() + b.out();
    float[] packed = new float[a.in() * out];
    for (int i = 0; i < a.in(); i++) {
      System.arraycopy(a.packed(), i * a.out(), packed, i * out, a.out());
      System.arraycopy(b.packed(), i * b.out(), packed, i * out + a.out(), b.out());
    }
    float[] bias = new float[out];
    if (a.bias() != null) {
      System.arraycopy(a.bias(), 0, bias, 0, a.out());
    }
    System.arraycopy(b.bias(), 0, bias, a.out(), b.out());
    return new Dense(a.in(), out, packed, bias);
  }

  /** Counts floats at first; once it has a base it also writes them. */
  private static final class Block {
    long base;
    long size;
    FloatBuffer floats;

    long put(float[] values) {
      long address = base + size * Float.BYTES;
      if (floats != null) {
        floats.put(Math.toIntExact(size), values);
      }
      size += (values.length + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
      return address;
    }
  }
}
