package io.fastweights.operator.api;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import java.io.Serializable;

/**
 * Says what an element of the stream is as an event: its time, ask or observe, its fields, its
 * target.
 *
 * @param <T> element of the stream
 */
@FunctionalInterface
public interface EventReader<T> extends Serializable {

  /**
   * Reads one element.
   *
   * @param value the element; not to be kept
   * @param event cleared; its time is the element's timestamp where the stream has one
   * @throws MalformedEventException if the element is no event; it goes to the side output with
   *     this message. So does an element for which the reader fails in any other way.
   */
  void read(T value, RawEvent event) throws MalformedEventException;
}
