package io.fastweights.jobs.kafka;

import io.fastweights.kernels.schema.MalformedEventException;
import java.io.Serializable;

/** Reads the cells of a message's value. */
interface ValueParser extends Serializable {
  /**
   * @param into takes the cells in the order of the columns; null where there is none
   * @throws MalformedEventException if the value cannot be read
   */
  void parse(byte[] value, String[] into) throws MalformedEventException;

  /** A member of the last value that is no column; null where there is none. */
  default String leftOut() {
    return null;
  }
}
