package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The format of asks in a savepoint, which holds the name of this class. */
@Internal
public final class WaitingAskSerializerSnapshot extends StoredValueSnapshot<WaitingAsk> {

  /** For Flink, which then calls {@link #readSnapshot}. */
  public WaitingAskSerializerSnapshot() {
    super(WaitingAsk.class);
  }

  @Override
  public TypeSerializer<WaitingAsk> restoreSerializer() {
    return new WaitingAskSerializer();
  }
}
