package io.fastweights.operator.stored;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializer of validated weights:
 *
 * <pre>
 *   format 1 byte | version 8 bytes | generation 8 bytes | path | sha256 | file
 * </pre>
 *
 * Path and sha256 are UTF-8; these and the file are written as their length, 4 bytes, and their
 * bytes.
 */
@Internal
public final class CheckedWeightsSerializer extends StoredValueSerializer<CheckedWeights> {
  private static final long serialVersionUID = 1L;
  private static final int FORMAT = 1;

  @Override
  public CheckedWeights createInstance() {
    return new CheckedWeights("", 0, 0, "", new byte[0]);
  }

  /** Broadcast state is copied for every checkpoint: the file, which never changes, is shared. */
  @Override
  public CheckedWeights copy(CheckedWeights from) {
    return new CheckedWeights(
        from.path(), from.version(), from.generation(), from.sha256(), from.bytes());
  }

  @Override
  public void serialize(CheckedWeights weights, DataOutputView out) throws IOException {
    out.writeByte(FORMAT);
    out.writeLong(weights.version());
    out.writeLong(weights.generation());
    write(weights.path().getBytes(StandardCharsets.UTF_8), out);
    write(weights.sha256().getBytes(StandardCharsets.UTF_8), out);
    write(weights.bytes(), out);
  }

  private static void write(byte[] bytes, DataOutputView out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Override
  public CheckedWeights deserialize(DataInputView in) throws IOException {
    readFormat(in, FORMAT, "a model");
    long version = in.readLong();
    long generation = in.readLong();
    String path = new String(read(in, "a path"), StandardCharsets.UTF_8);
    String sha256 = new String(read(in, "a SHA-256"), StandardCharsets.UTF_8);
    return new CheckedWeights(path, version, generation, sha256, read(in, "a weights file"));
  }

  private static byte[] read(DataInputView in, String what) throws IOException {
    byte[] bytes = new byte[checkLength(in.readInt(), what)];
    in.readFully(bytes);
    return bytes;
  }

  @Override
  public TypeSerializerSnapshot<CheckedWeights> snapshotConfiguration() {
    return new CheckedWeightsSerializerSnapshot();
  }
}
