package io.fastweights.operator.stored;

import java.io.IOException;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes asks that wait for their labels:
 *
 * <pre>
 *   format 1 byte | timestamp 8 bytes | expires 8 bytes | floats 4 bytes | each float 4 bytes
 * </pre>
 */
@Internal
public final class WaitingAskSerializer extends StoredValueSerializer<WaitingAsk> {
  private static final long serialVersionUID = 1L;
  private static final int FORMAT = 1;

  @Override
  public WaitingAsk createInstance() {
    return new WaitingAsk(new float[0], 0, 0);
  }

  @Override
  public WaitingAsk copy(WaitingAsk from) {
    return new WaitingAsk(from.values().clone(), from.timestamp(), from.expires());
  }

  @Override
  public void serialize(WaitingAsk ask, DataOutputView out) throws IOException {
    out.writeByte(FORMAT);
    out.writeLong(ask.timestamp());
    out.writeLong(ask.expires());
    out.writeInt(ask.values().length);
    for (float value : ask.values()) {
      out.writeFloat(value);
    }
  }

  @Override
  public WaitingAsk deserialize(DataInputView in) throws IOException {
    readFormat(in, FORMAT, "an ask");
    long timestamp = in.readLong();
    long expires = in.readLong();
    float[] values = new float[checkLength(in.readInt(), "a prediction")];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
    return new WaitingAsk(values, timestamp, expires);
  }

  @Override
  public TypeSerializerSnapshot<WaitingAsk> snapshotConfiguration() {
    return new WaitingAskSerializerSnapshot();
  }
}
