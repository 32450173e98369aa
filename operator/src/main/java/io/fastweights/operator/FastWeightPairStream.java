package io.fastweights.operator;

import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.scoring.Scorer;
import io.fastweights.operator.stored.StoredNames;
import java.util.function.Supplier;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Output of a {@link FastWeightPair}.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
public final class FastWeightPairStream<T> {
  private final SingleOutputStreamOperator<Prediction<T>> predictions;
  private final FastWeightStream<T> first;
  private final FastWeightStream<Prediction<T>> second;
  private final Supplier<SingleOutputStreamOperator<Scored<T>>> scorer;
  private final Supplier<SingleOutputStreamOperator<Anomaly<T>>> rating;
  private final Placement placement;
  private DataStream<Malformed<T>> malformed;
  private DataStream<T> late;
  private SingleOutputStreamOperator<Scored<T>> scored;
  private SingleOutputStreamOperator<Anomaly<T>> anomalies;

  FastWeightPairStream(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      FastWeightStream<T> first,
      FastWeightStream<Prediction<T>> second,
      Supplier<SingleOutputStreamOperator<Scored<T>>> scorer,
      Supplier<SingleOutputStreamOperator<Anomaly<T>>> rating,
      Placement placement) {
    this.predictions = predictions;
    this.first = first;
    this.second = second;
    this.scorer = scorer;
    this.rating = rating;
    this.placement = placement;
  }

  /**
   * One prediction for each event that both memories took, in time order for each second key.
   * {@link Prediction#recallError} is that of the second memory: how far the event was from what
   * both together recalled. {@link Prediction#seen} is that of the key that had learned fewer
   * events.
   */
  public SingleOutputStreamOperator<Prediction<T>> predictions() {
    return predictions;
  }

  /**
   * The elements that a memory could not process, each with the reason. An observed event that the
   * second memory refuses was learned by the first one.
   */
  public DataStream<Malformed<T>> malformed() {
    if (malformed == null) {
      SingleOutputStreamOperator<Malformed<T>> bySecond =
          second
              .malformed()
              .map(refused -> new Malformed<>(refused.event().event(), refused.reason()))
              .returns(Malformed.type(element()));
      placement.settle(bySecond, StoredNames.SECOND_MALFORMED_UID);
      malformed = first.malformed().union(bySecond);
    }
    return malformed;
  }

  /** The events that arrived after the watermark had passed them by the allowed lateness. */
  public DataStream<T> late() {
    if (late == null) {
      SideOutputDataStream<Prediction<T>> behind = second.late();
      SingleOutputStreamOperator<T> bySecond = behind.map(Prediction::event).returns(element());
      placement.settle(bySecond, StoredNames.SECOND_LATE_UID);
      late = first.late().union(bySecond);
    }
    return late;
  }

  /** The prediction log, as {@link FastWeightStream#scored()}; asks wait at their second key. */
  public SingleOutputStreamOperator<Scored<T>> scored() {
    if (scored == null) {
      scored = scorer.get();
    }
    return scored;
  }

  /** Changes in a subtask's stream, as {@link FastWeightStream#drift()}. */
  public SideOutputDataStream<Drift> drift() {
    return scored().getSideOutput(Scorer.DRIFT);
  }

  /**
   * The predictions with ratings, as {@link FastWeightStream#anomalies()}: errors of both memories'
   * answer, rated by the earlier ones of the event's second key. The error is that of single keys
   * where both have trained weights, and |target - answer| for every target otherwise.
   */
  public SingleOutputStreamOperator<Anomaly<T>> anomalies() {
    if (anomalies == null) {
      anomalies = rating.get();
    }
    return anomalies;
  }

  /** The first memory by itself: its predictions of the target. */
  public FastWeightStream<T> first() {
    return first;
  }

  /**
   * The second memory by itself: its predictions of what the first one leaves over, or of the
   * target where both have trained weights.
   */
  @Internal
  public FastWeightStream<Prediction<T>> second() {
    return second;
  }

  private TypeInformation<T> element() {
    return first.late().getType();
  }
}
