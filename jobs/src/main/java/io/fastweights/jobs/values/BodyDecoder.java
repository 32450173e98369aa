package io.fastweights.jobs.values;

import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.ByteBuffer;

/** Decodes what is written by one schema into a JSON object. */
interface BodyDecoder {
  /**
   * @param body to its end
   * @throws MalformedEventException if it is not of the schema
   */
  String json(ByteBuffer body) throws MalformedEventException;
}
