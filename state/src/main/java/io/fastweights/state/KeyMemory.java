package io.fastweights.state;

import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.schema.EncodedEvent;
import org.apache.flink.annotation.Internal;

/**
 * The state of one key: its memory and its lag. A memory in bf16 takes half the bytes, serialized
 * and on the heap of a backend that keeps objects.
 */
@Internal
public final class KeyMemory {
  private final Storage storage;
  private final float[] floats;
  private final short[] halves;
  private final EncodedEvent lag;
  private final long events;

  private KeyMemory(
      Storage storage, float[] floats, short[] halves, EncodedEvent lag, long events) {
    this.storage = storage;
    this.floats = floats;
    this.halves = halves;
    this.lag = lag;
    this.events = events;
  }

  /**
   * A memory in fp32.
   *
   * @param weights W of every layer and head, row-major, of the store's shape; belongs to the
   *     memory from then on
   * @param lag the key's last observed event
   * @param events observed events so far
   */
  public KeyMemory(float[] weights, EncodedEvent lag, long events) {
    this(Storage.FP32, weights, null, lag, events);
  }

  /** A memory in the given storage; bf16 rounds its weights. */
  public static KeyMemory of(Storage storage, float[] weights, EncodedEvent lag, long events) {
    if (storage == Storage.FP32) {
      return new KeyMemory(weights, lag, events);
    }
    short[] halves = new short[weights.length];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = BrainFloat.of(weights[i]);
    }
    return ofHalves(halves, lag, events);
  }

  /** A memory in bf16, by its bits. */
  static KeyMemory ofHalves(short[] halves, EncodedEvent lag, long events) {
    return new KeyMemory(Storage.BF16, null, halves, lag, events);
  }

  /** Storage of the memory; a store may hold memories of both kinds. */
  public Storage storage() {
    return storage;
  }

  /** Floats of the memory. */
  public int size() {
    return storage == Storage.FP32 ? floats.length : halves.length;
  }

  /** A copy of W of every layer and head, row-major. */
  public float[] weights() {
    if (storage == Storage.FP32) {
      return floats.clone();
    }
    float[] weights = new float[halves.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = BrainFloat.toFloat(halves[i]);
    }
    return weights;
  }

  /**
   * W of every layer and head, row-major, read-only: for fp32 the array itself, which the state
   * backend may share.
   */
  public float[] sharedWeights() {
    return storage == Storage.FP32 ? floats : weights();
  }

  /** The weights of a memory in fp32 themselves. */
  float[] floats() {
    return floats;
  }

  /** The bits of a memory in bf16 themselves. */
  short[] halves() {
    return halves;
  }

  /** The key's last observed event. */
  public EncodedEvent lag() {
    return lag;
  }

  /** Observed events so far. */
  public long events() {
    return events;
  }
}
