package io.fastweights.operator.sql;

import io.fastweights.operator.scoring.AnomalyDetector;
import io.fastweights.operator.scoring.Loss;
import io.fastweights.operator.stored.ErrorStatistics;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.api.dataview.ListView;

/**
 * Rates the errors of rows as {@link io.fastweights.operator.scoring.ErrorRating} does. The
 * statistics of a partition are the only entry of a list view.
 */
final class RowErrors {
  private static final int BYTES = 1 + Double.BYTES * ErrorStatistics.SIZE;

  private final AnomalyDetector detector;
  private final boolean number;
  private final ErrorStatistics format = new ErrorStatistics();
  private boolean alarm;

  /**
   * @param number true if the target is a number
   */
  RowErrors(boolean number, double falseAlarmRate) {
    detector = new AnomalyDetector(falseAlarmRate);
    this.number = number;
  }

  /**
   * Rates an observed row.
   *
   * @param fresh true for a memory that had learned nothing: its errors begin anew
   * @param values the prediction, and its target on the same scale
   * @return the score
   */
  double rate(
      ListView<byte[]> errors, boolean fresh, float[] values, float[] target, float recallError)
      throws Exception {
    double[] state = fresh ? null : read(errors);
    if (state == null) {
      state = AnomalyDetector.start();
    }
    double anomaly = detector.add(number ? Loss.NUMBER.of(values, target) : recallError, state);
    alarm = AnomalyDetector.isAlarm(state);
    errors.clear();
    errors.add(bytes(state));
    return anomaly;
  }

  /** True if the row that was rated last is an alarm. */
  boolean isAlarm() {
    return alarm;
  }

  private double[] read(ListView<byte[]> errors) throws Exception {
    double[] state = null;
    for (byte[] bytes : errors.get()) {
      state = format.deserialize(new DataInputDeserializer(bytes));
    }
    return state;
  }

  private byte[] bytes(double[] state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(BYTES);
    format.serialize(state, out);
    return out.getCopyOfBuffer();
  }
}
