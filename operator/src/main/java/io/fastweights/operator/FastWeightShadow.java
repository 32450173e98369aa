package io.fastweights.operator;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * A candidate that predicts and learns beside the live weights, with its own memories.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
public final class FastWeightShadow<T> {
  private final FastWeightStream<Prediction<T>> stream;
  private final SingleOutputStreamOperator<Compared<T>> compared;

  FastWeightShadow(
      FastWeightStream<Prediction<T>> stream, SingleOutputStreamOperator<Compared<T>> compared) {
    this.stream = stream;
    this.compared = compared;
  }

  /** Reads the element for which the live weights made their prediction. */
  record Reader<T>(EventReader<T> elements) implements EventReader<Prediction<T>> {
    @Override
    public void read(Prediction<T> prediction, RawEvent event) throws MalformedEventException {
      elements.read(prediction.event(), event);
    }
  }

  /** The candidate's predictions, one for each prediction of the live weights. */
  public SingleOutputStreamOperator<Prediction<Prediction<T>>> predictions() {
    return stream.predictions();
  }

  /**
   * Both predictions for every observed event, as {@link FastWeightStream#scored()} has those of
   * the live weights. The {@code fastweights.prequential} metrics of the added operator are the
   * candidate's.
   */
  public SingleOutputStreamOperator<Compared<T>> compared() {
    return compared;
  }

  /**
   * The candidates that were refused.
   *
   * @throws IllegalStateException if the job has no stream of candidates
   */
  public SideOutputDataStream<RefusedModel> refusedModels() {
    return stream.refusedModels();
  }
}
