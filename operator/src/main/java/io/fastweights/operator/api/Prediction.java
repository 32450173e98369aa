package io.fastweights.operator.api;

import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * The operator's answer to an event, made before the event is learned. Arrays are not copied; two
 * predictions are equal only if they share them.
 *
 * @param event the element that was asked or observed
 * @param timestamp the event's time, in milliseconds since 1970-01-01 UTC
 * @param observed true if the memory learned from the event; else it was an ask
 * @param values the prediction: a probability for each class, the probability of true, the number;
 *     what the memory read out if the target is an item; the model's outputs if the schema names no
 *     target
 * @param recallError error of the key's memory in recalling the event: the mean over heads and
 *     layers of |v - v_old|^2 / |v|^2 (an associative memory: not divided); NaN if the value is not
 *     known yet
 * @param id the id that the reader gave the event; null without one
 * @param target the label on the scale of {@code values}: 1 for the true class and 0 for the
 *     others, 1 or 0, the number, the item's embedding; null for an ask, and if the model has no
 *     target
 * @param embedding the event in its key's context, as the input of the model's head; null unless
 *     {@link FastWeightOptions#EMBEDDING} is set
 * @param modelVersion the {@link ModelUpdate#version} of the weights; 0 for those that the job was
 *     built with
 * @param seen number of events that the key had learned before this one, since it was last
 *     forgotten. At 0 its memory was empty: an untrained one answers the schema's prior, or 0
 *     without one. Not a basis for action
 * @param ranking the candidates with the highest scores; null unless the target is an item
 * @param <T> element of the stream
 */
@PublicEvolving
public record Prediction<T>(
    T event,
    long timestamp,
    boolean observed,
    float[] values,
    float recallError,
    String id,
    float[] target,
    float[] embedding,
    long modelVersion,
    long seen,
    Ranking ranking) {

  /** Without a ranking. */
  public Prediction(
      T event,
      long timestamp,
      boolean observed,
      float[] values,
      float recallError,
      String id,
      float[] target,
      float[] embedding,
      long modelVersion,
      long seen) {
    this(
        event,
        timestamp,
        observed,
        values,
        recallError,
        id,
        target,
        embedding,
        modelVersion,
        seen,
        null);
  }

  /** Without an id, a target and an embedding; by the weights that the job was built with. */
  public Prediction(T event, long timestamp, boolean observed, float[] values, float recallError) {
    this(event, timestamp, observed, values, recallError, null, null, null, 0, 0);
  }

  /** The same prediction with an id and a target. */
  public Prediction<T> labelled(String newId, float[] newTarget) {
    return new Prediction<>(
        event,
        timestamp,
        observed,
        values,
        recallError,
        newId,
        newTarget,
        embedding,
        modelVersion,
        seen,
        ranking);
  }

  /** The same prediction of another element. */
  public <S> Prediction<S> of(S other) {
    return new Prediction<>(
        other,
        timestamp,
        observed,
        values,
        recallError,
        id,
        target,
        embedding,
        modelVersion,
        seen,
        ranking);
  }

  /**
   * The most probable classes, the most probable first; of equal ones the first in the schema.
   *
   * @param k how many; fewer where the schema has fewer
   * @param schema the operator's, with a target of classes
   */
  public List<ClassProbability> topK(int k, Schema schema) {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", must be at least 1");
    }
    if (!(schema.target() instanceof Target.Classes target)) {
      throw new IllegalArgumentException("the schema's target has no classes");
    }
    if (target.dim() != values.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the prediction has %d values, the schema %d classes",
              values.length,
              target.dim()));
    }
    return IntStream.range(0, values.length)
        .mapToObj(i -> new ClassProbability(target.classes().get(i), values[i]))
        .sorted(Comparator.comparing(ClassProbability::probability).reversed())
        .limit(k)
        .toList();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Prediction[%s, at %d, %s, %s, recall error %s%s]",
        event,
        timestamp,
        observed ? "observed" : "asked",
        java.util.Arrays.toString(values),
        recallError,
        ranking == null ? "" : ", " + ranking);
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Prediction<T>> type(TypeInformation<T> element) {
    return Erased.pojo(Prediction.class, element);
  }
}
