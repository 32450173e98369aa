package io.fastweights.operator.api;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import java.io.Serializable;
import org.apache.flink.annotation.PublicEvolving;

/**
 * Converts an element of the stream to an event: its time, ask or observe, its fields, its target.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
@FunctionalInterface
public interface EventReader<T> extends Serializable {

  /**
   * Reads one element.
   *
   * @param value the element; not to be kept
   * @param event cleared; its time is the element's timestamp where the stream has one
   * @throws MalformedEventException if the element is no event; it goes to the side output with
   *     this message. The same applies if the reader throws any other exception.
   */
  void read(T value, RawEvent event) throws MalformedEventException;
}
