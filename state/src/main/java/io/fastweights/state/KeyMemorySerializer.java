package io.fastweights.state;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a {@link KeyMemory}: the number of events (8 bytes, of which the top one is the {@link
 * StorageCode}), the lag, then W row-major, little-endian, in fp32 or bf16, then a {@link
 * Checksum}. Shape and recipe stand in the snapshot, not in each value.
 */
@Internal
public final class KeyMemorySerializer extends SharedSerializer<KeyMemory> {
  private static final long serialVersionUID = 1L;
  private static final int EVENT_BITS = 56;

  private final int layers;
  private final int heads;
  private final int rows;
  private final int columns;
  private final String recipe;
  private final String schema;

  /** Without a schema. */
  public KeyMemorySerializer(MemoryShape shape, String recipe) {
    this(shape, recipe, null);
  }

  /**
   * @param recipe settings beside shape that the meaning of a memory depends on, as readable text;
   *     memories of another recipe are refused
   * @param schema of the events, as JSON, to say what differs where a recipe is refused; null where
   *     there is none or it is not known
   */
  public KeyMemorySerializer(MemoryShape shape, String recipe, String schema) {
    layers = shape.layers();
    heads = shape.heads();
    rows = shape.rows();
    columns = shape.columns();
    this.recipe = recipe;
    this.schema = schema;
  }

  /** The shape of the memories. */
  public MemoryShape shape() {
    return new MemoryShape(layers, heads, rows, columns);
  }

  /** Settings beside shape that the meaning of the memories depends on. */
  public String recipe() {
    return recipe;
  }

  /** The schema of the events, as JSON; null where there is none or it is not known. */
  public String schema() {
    return schema;
  }

  @Override
  public KeyMemory createInstance() {
    return new KeyMemory(new float[shape().floats()], EncodedEvent.ofTime(0), 0);
  }

  @Override
  public KeyMemory copy(KeyMemory from) {
    return KeyMemory.of(from.storage(), from.weights(), from.lag(), from.events());
  }

  @Override
  public void serialize(KeyMemory memory, DataOutputView out) throws IOException {
    if (memory.size() != shape().floats()) {
      throw new IOException("a memory of " + memory.size() + " floats is not of shape " + shape());
    }
    long first = (long) StorageCode.of(memory.storage()) << EVENT_BITS | memory.events();
    out.writeLong(first);
    memory.lag().writeLag(out);
    ByteBuffer bytes =
        ByteBuffer.allocate(memory.storage().bytes() * memory.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (memory.storage()) {
      case FP32 -> bytes.asFloatBuffer().put(memory.floats());
      case BF16 -> bytes.asShortBuffer().put(memory.halves());
    }
    out.write(bytes.array());
    out.writeInt(Checksum.of(first, memory.events(), memory.lag(), bytes.array()));
  }

  @Override
  public KeyMemory deserialize(DataInputView in) throws IOException {
    long first = in.readLong();
    int code = (int) (first >>> EVENT_BITS);
    Storage storage = StorageCode.storage(code);
    long events = first & (1L << EVENT_BITS) - 1;
    EncodedEvent lag = EncodedEvent.readLag(in);
    byte[] bytes = new byte[storage.bytes() * shape().floats()];
    try {
      in.readFully(bytes);
      if (StorageCode.isChecked(code)) {
        Checksum.check(Checksum.of(first, events, lag, bytes), in);
      }
    } catch (EOFException e) {
      throw new IOException("a stored memory is cut off: not " + bytes.length + " bytes", e);
    }
    ByteBuffer weights = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (storage == Storage.FP32) {
      float[] floats = new float[shape().floats()];
      weights.asFloatBuffer().get(floats);
      return new KeyMemory(floats, lag, events);
    }
    short[] halves = new short[shape().floats()];
    weights.asShortBuffer().get(halves);
    return KeyMemory.ofHalves(halves, lag, events);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyMemorySerializer that
        && that.shape().equals(shape())
        && that.recipe.equals(recipe);
  }

  @Override
  public int hashCode() {
    return shape().hashCode();
  }

  @Override
  public TypeSerializerSnapshot<KeyMemory> snapshotConfiguration() {
    return new KeyMemorySerializerSnapshot(shape(), recipe, schema);
  }
}
