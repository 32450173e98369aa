package io.fastweights.kernels.weights;

import io.fastweights.kernels.model.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * CRC-32C over the content of a weights file: its metadata and its tensors' names, shapes and
 * values, each in the order of their names. Files of this project hold it in their metadata, so
 * that a bit error on disk is detected.
 */
final class WeightsChecksum {
  static final String KEY = "crc32c";
  private static final int BLOCK_FLOATS = 4096;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer block =
      ByteBuffer.allocate(4 * BLOCK_FLOATS).order(ByteOrder.LITTLE_ENDIAN);

  private WeightsChecksum() {}

  /** Eight hexadecimal digits; the metadata's own checksum is excluded. */
  static String of(Map<String, String> metadata, Map<String, Tensor> tensors) {
    WeightsChecksum sum = new WeightsChecksum();
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (!key.equals(KEY)) {
                sum.add(key);
                sum.add(value);
              }
            });
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              sum.add(name);
              sum.add(Arrays.toString(tensor.shape()));
              sum.add(tensor.data());
            });
    return String.format(Locale.ROOT, "%08x", sum.crc.getValue());
  }

  /** With its length, so that different lists of texts give different bytes. */
  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    crc.update(block.clear().putInt(bytes.length).flip());
    crc.update(bytes);
  }

  private void add(float[] values) {
    for (int from = 0; from < values.length; from += BLOCK_FLOATS) {
      int length = Math.min(BLOCK_FLOATS, values.length - from);
      block.clear().asFloatBuffer().put(values, from, length);
      crc.update(block.limit(4 * length));
    }
  }
}
