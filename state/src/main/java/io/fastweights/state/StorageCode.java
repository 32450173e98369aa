package io.fastweights.state;

import io.fastweights.kernels.model.Storage;
import java.io.IOException;
import java.util.Locale;

/**
 * The code of a storage in the top byte of a stored value's first number, which counts events and
 * leaves that byte free. So each value names its storage, and one backend holds values of both
 * kinds. Values of version 1, in fp32 only and with 0 there, need no conversion.
 *
 * <p>The same byte marks a chunk of a memory that faded; other chunks have the size that they had
 * before fading existed.
 *
 * <p>Flink could instead migrate values whose serializer changed its format, but it then rewrites
 * the whole backend in one go before the first event (FLINK-9574). Here a memory changes its format
 * when it is next folded.
 */
final class StorageCode {
  private static final int FP32 = 0;
  static final int BF16 = 1;

  /** Added to the code of a log chunk whose events carry fade factors. */
  static final int FADES = 2;

  /**
   * Added to the code of a log chunk in bf16 that was rounded by the numbers of its events. Without
   * it, as in chunks of format version 4 and before, it was rounded to the nearest.
   */
  static final int NUMBERED = 0x20;

  /** Added to the code of a log chunk of values. */
  static final int VALUES = 8;

  /**
   * Added if a {@link Checksum} follows the value, as it does since format version 4. Its three
   * bits are all set or all clear, so that a flipped bit is detected.
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
