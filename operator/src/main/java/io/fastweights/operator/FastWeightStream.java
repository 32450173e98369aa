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

  FastWeightStream(
      SingleOutputStreamOperator<Prediction<T>> predictions, OutputTag<Malformed<T>> malformed) {
    this.predictions = predictions;
    this.malformed = malformed;
  }

  /** One prediction for each event, in the order of arrival. */
  public SingleOutputStreamOperator<Prediction<T>> predictions() {
    return predictions;
  }

  /** The elements that could not be taken, each with the reason. */
  public SideOutputDataStream<Malformed<T>> malformed() {
    return predictions.getSideOutput(malformed);
  }
}
