package io.fastweights.jobs.events.records;

import io.fastweights.kernels.schema.MalformedEventException;
import java.io.Serializable;

/** Reads the values of a record. */
public interface LineParser extends Serializable {

  /**
   * @param into takes the values in the order of the columns; null where there is none
   * @throws MalformedEventException if the record cannot be read
   */
  void parse(Line line, String[] into) throws MalformedEventException;

  /** A member of the last record that is no column; null where there is none. */
  default String leftOut() {
    return null;
  }
}
