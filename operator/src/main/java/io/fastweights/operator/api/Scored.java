package io.fastweights.operator.api;

import java.util.Arrays;
import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * A line of the prediction log: a prediction and its label.
 *
 * @param event the observed element, which brought the label
 * @param id the id that the reader gave it; null without one
 * @param asked true if the prediction is that of an earlier ask; else it is the one made for the
 *     observed event itself, just before it was learned
 * @param predicted the prediction, as {@link Prediction#values()}
 * @param predictedAt time of the event that was predicted, in milliseconds since 1970-01-01 UTC
 * @param target the label, as {@link Prediction#target()}
 * @param answeredAt time of the observed event, in milliseconds since 1970-01-01 UTC
 * @param recallError of the observed event, as {@link Prediction#recallError()}
 * @param rank place of the item that was taken in the ranking that was made, as {@link
 *     Ranking#rank()}; {@link Ranking#NONE} unless the target is an item
 * @param <T> element of the stream
 */
@PublicEvolving
public record Scored<T>(
    T event,
    String id,
    boolean asked,
    float[] predicted,
    long predictedAt,
    float[] target,
    long answeredAt,
    float recallError,
    int rank) {

  /** Of a target that is no item. */
  public Scored(
      T event,
      String id,
      boolean asked,
      float[] predicted,
      long predictedAt,
      float[] target,
      long answeredAt,
      float recallError) {
    this(event, id, asked, predicted, predictedAt, target, answeredAt, recallError, Ranking.NONE);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Scored[%s, id %s, %s %s at %d, target %s at %d, recall error %s]",
        event,
        id,
        asked ? "asked" : "predicted",
        Arrays.toString(predicted),
        predictedAt,
        Arrays.toString(target),
        answeredAt,
        recallError);
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Scored<T>> type(TypeInformation<T> element) {
    return Erased.pojo(Scored.class, element);
  }
}
