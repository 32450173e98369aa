package io.fastweights.operator;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * A candidate that predicts and learns beside the weights that serve, with memories of its own.
 *
 * @param <T> element of the stream
 */
public final class FastWeightShadow<T> {
  private final FastWeightStream<Prediction<T>> stream;
  private final SingleOutputStreamOperator<Compared<T>> compared;

  FastWeightShadow(
      FastWeightStream<Prediction<T>> stream, SingleOutputStreamOperator<Compared<T>> compared) {
    this.stream = stream;
    this.compared = compared;
  }

  /** Reads the element for which the weights that serve made their prediction. */
  record Reader<T>(EventReader<T> elements) implements EventReader<Prediction<T>> {
    @Override
    public void read(Prediction<T> prediction, RawEvent event) throws MalformedEventException {
      elements.read(prediction.event(), event);
    }
  }

  /** The candidate's predictions, each for one of the weights that serve. */
  public SingleOutputStreamOperator<Prediction<Prediction<T>>> predictions() {
    return stream.predictions();
  }

  /**
   * Both side by side, for every observed event, as {@link FastWeightStream#scored()} has those of
   * the weights that serve. The candidate's {@code fastweights.prequential} metrics are those of
   * the operator in front.
   */
  public SingleOutputStreamOperator<Compared<T>> compared() {
    return compared;
  }

  /**
   * The candidates that were not taken.
   *
   * @throws IllegalStateException if none can come
   */
  public SideOutputDataStream<RefusedModel> refusedModels() {
    return stream.refusedModels();
  }
}
