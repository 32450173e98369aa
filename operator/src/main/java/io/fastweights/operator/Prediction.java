package io.fastweights.operator;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * What the operator answers to an event, before learning from it.
 *
 * @param <T> element of the stream
 */
public final class Prediction<T> {
  private T event;
  private long timestamp;
  private boolean observed;
  private float[] values;
  private float recallError;

  /** For Flink's serializer. */
  public Prediction() {}

  public Prediction(T event, long timestamp, boolean observed, float[] values, float recallError) {
    this.event = event;
    this.timestamp = timestamp;
    this.observed = observed;
    this.values = values;
    this.recallError = recallError;
  }

  /** The element that was asked or observed. */
  public T event() {
    return event;
  }

  /** The event's time, in milliseconds since 1970-01-01 UTC. */
  public long timestamp() {
    return timestamp;
  }

  /** Whether the memory learned from the event; else it was an ask. */
  public boolean observed() {
    return observed;
  }

  /**
   * The prediction: a probability for each class, the probability of true, the number; or the
   * model's outputs where the schema names no target.
   */
  public float[] values() {
    return values;
  }

  /**
   * How surprising the event was to its key's memory: the mean over heads and layers of |v -
   * v_old|^2 / |v|^2 (an associative memory: not divided). NaN where the value is not known yet.
   */
  public float recallError() {
    return recallError;
  }

  @Override
  public String toString() {
    return "Prediction[%s, at %d, %s, %s, recall error %s]"
        .formatted(
            event,
            timestamp,
            observed ? "observed" : "asked",
            java.util.Arrays.toString(values),
            recallError);
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Prediction<T>> type(TypeInformation<T> element) {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("event", element);
    fields.put("timestamp", Types.LONG);
    fields.put("observed", Types.BOOLEAN);
    fields.put("values", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("recallError", Types.FLOAT);
    return Erased.pojo(Prediction.class, fields);
  }
}
