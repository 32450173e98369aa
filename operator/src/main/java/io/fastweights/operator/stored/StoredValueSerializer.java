package io.fastweights.operator.stored;

import io.fastweights.state.SharedSerializer;
import java.io.IOException;
import java.util.Locale;
import org.apache.flink.core.memory.DataInputView;

/**
 * A serializer without configuration whose values begin with the number of their format, so that a
 * later release can read values of several formats in one backend.
 *
 * @param <V> the stored value
 */
abstract class StoredValueSerializer<V> extends SharedSerializer<V> {
  private static final long serialVersionUID = 1L;

  /** Reads and checks a value's format. */
  static void readFormat(DataInputView in, int newest, String what) throws IOException {
    int format = in.readUnsignedByte();
    if (format < 1 || format > newest) {
      throw new IOException(
          String.format(
              Locale.ROOT, "%s of format %d: this release reads 1 to %d", what, format, newest));
    }
  }

  /** Checks the length of an array. */
  static int checkLength(int length, String what) throws IOException {
    if (length < 0) {
      throw new IOException(String.format(Locale.ROOT, "%s of length %d is corrupt", what, length));
    }
    return length;
  }

  @Override
  public boolean equals(Object other) {
    return other != null && other.getClass() == getClass();
  }

  @Override
  public int hashCode() {
    return getClass().hashCode();
  }
}
