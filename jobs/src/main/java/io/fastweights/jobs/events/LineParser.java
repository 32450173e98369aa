package io.fastweights.jobs.events;

import io.fastweights.kernels.schema.MalformedEventException;
import java.io.Serializable;

/** Reads the values of a line. */
interface LineParser extends Serializable {

  /**
   * @param into takes the values in the order of the columns; null where there is none
   * @throws MalformedEventException if the line cannot be read
   */
  void parse(String line, String[] into) throws MalformedEventException;
}
