package io.fastweights.operator.api;

import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * An element that could not be processed, and the reason.
 *
 * @param event the element
 * @param reason names the field, the value and the limit
 * @param <T> element of the stream
 */
@PublicEvolving
public record Malformed<T>(T event, String reason) {

  @Override
  public String toString() {
    return "Malformed[" + event + ": " + reason + "]";
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Malformed<T>> type(TypeInformation<T> element) {
    return Erased.pojo(Malformed.class, element);
  }
}
