package io.fastweights.operator;

import io.fastweights.operator.stored.WaitingAsk;
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

  /**
   * @param answer the prediction for the observed event, with its target
   * @param asked the ask of the same id; null where there was none
   */
  static <T> Scored<T> of(Prediction<T> answer, WaitingAsk asked) {
    Scored<T> scored = new Scored<>();
    scored.event = answer.event();
    scored.id = answer.id();
    scored.asked = asked != null;
    scored.predicted = asked != null ? asked.values() : answer.values();
    scored.predictedAt = asked != null ? asked.timestamp() : answer.timestamp();
    scored.target = answer.target();
    scored.answeredAt = answer.timestamp();
    scored.recallError = answer.recallError();
    return scored;
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
