package io.fastweights.operator;

import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.scoring.Scorer;
import java.util.function.Supplier;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Output of the operator.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
public final class FastWeightStream<T> {
  private final SingleOutputStreamOperator<Prediction<T>> predictions;
  private final OutputTag<Malformed<T>> malformed;
  private final SideOutputDataStream<T> late;
  private final SideOutputDataStream<RefusedModel> refusedModels;
  private final Supplier<DataStream<Prediction<T>>> answers;
  private final Supplier<SingleOutputStreamOperator<Scored<T>>> scorer;
  private final Supplier<SingleOutputStreamOperator<Anomaly<T>>> rating;
  private final FastWeightShadow<T> shadow;
  private SingleOutputStreamOperator<Scored<T>> scored;
  private SingleOutputStreamOperator<Anomaly<T>> anomalies;

  /**
   * @param late null if events are processed in arrival order
   * @param refusedModels null if the job accepts no new weights
   * @param answers the predictions, with marks of keys that were forgotten between them
   * @param scorer adds the operator that scores predictions against labels
   * @param rating adds the operator that rates the predictions' errors
   * @param shadow null if there is no candidate
   */
  FastWeightStream(
      SingleOutputStreamOperator<Prediction<T>> predictions,
      OutputTag<Malformed<T>> malformed,
      SideOutputDataStream<T> late,
      SideOutputDataStream<RefusedModel> refusedModels,
      Supplier<DataStream<Prediction<T>>> answers,
      Supplier<SingleOutputStreamOperator<Scored<T>>> scorer,
      Supplier<SingleOutputStreamOperator<Anomaly<T>>> rating,
      FastWeightShadow<T> shadow) {
    this.predictions = predictions;
    this.malformed = malformed;
    this.late = late;
    this.refusedModels = refusedModels;
    this.answers = answers;
    this.scorer = scorer;
    this.rating = rating;
    this.shadow = shadow;
  }

  /** One prediction for each event, in arrival order, or in time order if configured. */
  public SingleOutputStreamOperator<Prediction<T>> predictions() {
    return predictions;
  }

  /**
   * The predictions, with marks of keys that were {@linkplain Forgotten forgotten} between them.
   */
  DataStream<Prediction<T>> answers() {
    return answers.get();
  }

  /** The elements that could not be processed, each with the reason. */
  public SideOutputDataStream<Malformed<T>> malformed() {
    return predictions.getSideOutput(malformed);
  }

  /**
   * The events that arrived after the watermark had passed them by the allowed lateness.
   *
   * @throws IllegalStateException if events are processed in arrival order
   */
  public SideOutputDataStream<T> late() {
    if (late == null) {
      throw new IllegalStateException(
          "no event is late in the order of arrival: the builder's eventTime(...) was not called");
    }
    return late;
  }

  /**
   * The new weights that were refused, each once, with the reason.
   *
   * @throws IllegalStateException if the job accepts no new weights
   */
  public SideOutputDataStream<RefusedModel> refusedModels() {
    if (refusedModels == null) {
      throw new IllegalStateException(
          "no new weights come: the builder's refresh(...) was not called");
    }
    return refusedModels;
  }

  /**
   * The prediction log: the prediction and the label of every observed event. An ask whose reader
   * set {@link io.fastweights.kernels.schema.RawEvent#id(String)} is stored, for {@link
   * io.fastweights.operator.api.FastWeightOptions#LABELS_TTL}, until the observe of the same key
   * and id; any other observe is scored by its own prediction, made just before it was learned.
   *
   * <p>The first call adds an operator to the job, with the measures of {@code
   * fastweights.prequential} as its metrics; no sink needs to follow.
   *
   * @throws IllegalStateException if the model has no target
   */
  public SingleOutputStreamOperator<Scored<T>> scored() {
    if (scored == null) {
      scored = scorer.get();
    }
    return scored;
  }

  /**
   * Changes for the worse in a subtask's stream, detected by {@link
   * io.fastweights.operator.scoring.Adwin} in the losses of {@link #scored()} and in the recall
   * errors. A restart empties its windows.
   */
  public SideOutputDataStream<Drift> drift() {
    return scored().getSideOutput(Scorer.DRIFT);
  }

  /**
   * The predictions, each with a score of how improbable its error was for its key, and an alarm
   * where it was. The statistics of a key's errors are 153 bytes of state beside its memory.
   *
   * <p>The first call adds an operator to the job. Alarms are as frequent as {@link
   * io.fastweights.operator.api.FastWeightOptions#FALSE_ALARM_RATE} says.
   *
   * @throws IllegalStateException if the model has no target
   */
  public SingleOutputStreamOperator<Anomaly<T>> anomalies() {
    if (anomalies == null) {
      anomalies = rating.get();
    }
    return anomalies;
  }

  /**
   * The candidate beside the live weights.
   *
   * @throws IllegalStateException if there is none
   */
  public FastWeightShadow<T> shadow() {
    if (shadow == null) {
      throw new IllegalStateException("there is no candidate: shadow(...) was not called");
    }
    return shadow;
  }
}
