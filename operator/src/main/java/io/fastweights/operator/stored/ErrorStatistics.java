package io.fastweights.operator.stored;

import java.io.IOException;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes the error statistics of a key, of which {@link
 * io.fastweights.operator.scoring.AnomalyDetector} knows the parts:
 *
 * <pre>
 *   format 1 byte | each double 8 bytes
 * </pre>
 *
 * A change of a part's meaning needs another format.
 */
@Internal
public final class ErrorStatistics extends StoredValueSerializer<double[]> {
  private static final long serialVersionUID = 1L;
  private static final int FORMAT = 1;

  /** Doubles of a key. */
  public static final int SIZE = 19;

  @Override
  public double[] createInstance() {
    return new double[SIZE];
  }

  @Override
  public double[] copy(double[] from) {
    return from.clone();
  }

  @Override
  public void serialize(double[] statistics, DataOutputView out) throws IOException {
    if (statistics.length != SIZE) {
      throw new IOException(
          String.format(
              Locale.ROOT, "error statistics of %d doubles, must be %d", statistics.length, SIZE));
    }
    out.writeByte(FORMAT);
    for (double value : statistics) {
      out.writeDouble(value);
    }
  }

  @Override
  public double[] deserialize(DataInputView in) throws IOException {
    readFormat(in, FORMAT, "error statistics");
    double[] statistics = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      statistics[i] = in.readDouble();
    }
    return statistics;
  }

  @Override
  public TypeSerializerSnapshot<double[]> snapshotConfiguration() {
    return new ErrorStatisticsSnapshot();
  }
}
