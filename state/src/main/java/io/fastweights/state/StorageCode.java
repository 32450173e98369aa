package io.fastweights.state;

import io.fastweights.kernels.model.Storage;
import java.io.IOException;
import java.util.Locale;

/**
 * The code of a storage in the top byte of a stored value's first number, which counts events and
 * leaves that byte free. So every value says what it is, one backend holds values of both kinds,
 * and what version 1 wrote, which knew fp32 only and wrote 0 there, is read as it stands.
 *
 * <p>A chunk of a memory that faded says so in the same byte, and one that did not has no byte more
 * than before there was fading.
 *
 * <p>Flink could instead migrate values whose serializer changed its format, but it then rewrites
 * the whole backend in one go before the first event (FLINK-9574). Here a memory changes its format
 * when it is next folded.
 */
final class StorageCode {
  private static final int FP32 = 0;
  private static final int BF16 = 1;

  /** Added to the code of a log chunk of which events carry what the memory faded by. */
  static final int FADES = 2;

  /** Added to the code of a log chunk of values. */
  static final int VALUES = 8;

  /**
   * Added where a {@link Checksum} stands behind the value, as one does since format version 4:
   * three bits, all or none, so that one that flips is noticed.
   */
  private static final int CHECKED = 0b0101_0100;

  private StorageCode() {}

  /** Of a value with a checksum. */
  static int of(Storage storage) {
    return CHECKED
        | switch (storage) {
          case FP32 -> FP32;
          case BF16 -> BF16;
        };
  }

  static boolean isChecked(int code) {
    return (code & CHECKED) == CHECKED;
  }

  /**
   * @throws IOException if this release does not know the code
   */
  static Storage storage(int code) throws IOException {
    return switch (isChecked(code) ? code & ~CHECKED : code) {
      case FP32 -> Storage.FP32;
      case BF16 -> Storage.BF16;
      default ->
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "a stored value of format code %d: this release knows up to %d",
                  code,
                  BF16));
    };
  }
}
