package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The format of refreshed weights in a savepoint, which holds the name of this class. */
@Internal
public final class CheckedWeightsSerializerSnapshot extends StoredValueSnapshot<CheckedWeights> {

  /** For Flink, which then calls {@link #readSnapshot}. */
  public CheckedWeightsSerializerSnapshot() {
    super(CheckedWeights.class);
  }

  @Override
  public TypeSerializer<CheckedWeights> restoreSerializer() {
    return new CheckedWeightsSerializer();
  }
}
