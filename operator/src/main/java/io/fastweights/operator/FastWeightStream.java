package io.fastweights.operator;

import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * What comes out of the operator.
 *
 * @param <T> element of the stream
 */
public final class FastWeightStream<T> {
  private final SingleOutputStreamOperator<Prediction<T>> predictions;
  private final OutputTag<Malformed<T>> malformed;
  private final SideOutputDataStream<T> late;

  /**
   * @param late null where events are taken in the order of arrival
   */
  FastWeightStream(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      OutputTag<Malformed<T>> malformed,
      SideOutputDataStream<T> late) {
    this.predictions = predictions;
    this.malformed = malformed;
    this.late = late;
  }

  /** One prediction for each event, in the order of arrival, or of time where that was chosen. */
  public SingleOutputStreamOperator<Prediction<T>> predictions() {
    return predictions;
  }

  /** The elements that could not be taken, each with the reason. */
  public SideOutputDataStream<Malformed<T>> malformed() {
    return predictions.getSideOutput(malformed);
  }

  /**
   * The events that came when the watermark had passed them by the allowed lateness.
   *
   * @throws IllegalStateException if events are taken in the order of arrival
   */
  public SideOutputDataStream<T> late() {
    if (late == null) {
      throw new IllegalStateException(
          "no event is late in the order of arrival: the builder's eventTime(...) was not called");
    }
    return late;
  }
}
