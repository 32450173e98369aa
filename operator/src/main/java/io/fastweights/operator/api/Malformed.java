package io.fastweights.operator.api;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * An element that could not be taken, and why.
 *
 * @param <T> element of the stream
 */
public final class Malformed<T> {
  private T event;
  private String reason;

  /** For Flink's serializer. */
  public Malformed() {}

  public Malformed(T event, String reason) {
    this.event = event;
    this.reason = reason;
  }

  public T event() {
    return event;
  }

  /** Which field, what value, which limit. */
  public String reason() {
    return reason;
  }

  @Override
  public String toString() {
    return "Malformed[" + event + ": " + reason + "]";
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Malformed<T>> type(TypeInformation<T> element) {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("event", element);
    fields.put("reason", Types.STRING);
    return Erased.pojo(Malformed.class, fields);
  }
}
