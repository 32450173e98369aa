package io.fastweights.operator.stored;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The format of error statistics in a savepoint, which holds the name of this class. */
@Internal
public final class ErrorStatisticsSnapshot extends StoredValueSnapshot<double[]> {

  /** For Flink, which then calls {@link #readSnapshot}. */
  public ErrorStatisticsSnapshot() {
    super(double[].class);
  }

  @Override
  public TypeSerializer<double[]> restoreSerializer() {
    return new ErrorStatistics();
  }
}
