package io.fastweights.operator.api;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A line of the prediction log: what was predicted, and what came true.
 *
 * @param <T> element of the stream
 */
public final class Scored<T> {
  private T event;
  private String id;
  private boolean asked;
  private float[] predicted;
  private long predictedAt;
  private float[] target;
  private long answeredAt;
  private float recallError;

  /** For Flink's serializer. */
  public Scored() {}

  public Scored(
      T event,
      String id,
      boolean asked,
      float[] predicted,
      long predictedAt,
      float[] target,
      long answeredAt,
      float recallError) {
    this.event = event;
    this.id = id;
    this.asked = asked;
    this.predicted = predicted;
    this.predictedAt = predictedAt;
    this.target = target;
    this.answeredAt = answeredAt;
    this.recallError = recallError;
  }

  /** The observed element, which brought the target. */
  public T event() {
    return event;
  }

  /** The id that the reader gave it; null where it has none. */
  public String id() {
    return id;
  }

  /**
   * Whether the prediction is that of an earlier ask. Else it is the one made for the observed
   * event itself, just before it was learned.
   */
  public boolean asked() {
    return asked;
  }

  /** The prediction, as {@link Prediction#values()}. */
  public float[] predicted() {
    return predicted;
  }

  /** Time of the event that the prediction was made for, in milliseconds since 1970-01-01 UTC. */
  public long predictedAt() {
    return predictedAt;
  }

  /** What came true, as {@link Prediction#target()}. */
  public float[] target() {
    return target;
  }

  /** Time of the observed event, in milliseconds since 1970-01-01 UTC. */
  public long answeredAt() {
    return answeredAt;
  }

  /** How surprising the observed event was to its key's memory. */
  public float recallError() {
    return recallError;
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
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("event", element);
    fields.put("id", Types.STRING);
    fields.put("asked", Types.BOOLEAN);
    fields.put("predicted", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("predictedAt", Types.LONG);
    fields.put("target", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("answeredAt", Types.LONG);
    fields.put("recallError", Types.FLOAT);
    return Erased.pojo(Scored.class, fields);
  }
}
