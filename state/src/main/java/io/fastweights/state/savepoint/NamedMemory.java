package io.fastweights.state.savepoint;

import io.fastweights.kernels.schema.EncodedEvent;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.annotation.Internal;

/**
 * A key's memory with its log replayed.
 *
 * @param key the key as text
 * @param events observed events
 * @param lastEvent time of the last of them, in milliseconds since 1970-01-01 UTC
 * @param lag the last of them, as {@link EncodedEvent#writeLag} writes it
 * @param weights W of every layer and head, row-major
 */
@Internal
public record NamedMemory(String key, long events, long lastEvent, byte[] lag, float[] weights) {
  /** The last observed event. */
  public EncodedEvent last() {
    try {
      return EncodedEvent.readLag(new DataInputStream(new ByteArrayInputStream(lag)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
