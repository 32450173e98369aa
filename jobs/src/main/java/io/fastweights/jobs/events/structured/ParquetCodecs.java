package io.fastweights.jobs.events.structured;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Factory;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Inflates the pages of Parquet files with the libraries that other events come through; Parquet's
 * own codecs are Hadoop's.
 */
final class ParquetCodecs implements CompressionCodecFactory {

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> decompressor((bytes, length) -> bytes);
      case SNAPPY -> decompressor((bytes, length) -> Snappy.uncompress(bytes));
      case GZIP ->
          decompressor(
              (bytes, length) ->
                  readAll(new GZIPInputStream(new ByteArrayInputStream(bytes)), length));
      case ZSTD ->
          decompressor(
              (bytes, length) ->
                  readAll(new ZstdInputStream(new ByteArrayInputStream(bytes)), length));
      case LZ4_RAW ->
          decompressor(
              (bytes, length) ->
                  LZ4Factory.fastestJavaInstance().safeDecompressor().decompress(bytes, length));
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "its pages are compressed by %s, which is not read: write it with snappy, gzip, zstd"
                      + " or lz4_raw",
                  codec.name().toLowerCase(Locale.ROOT)));
    };
  }

  private static byte[] readAll(InputStream in, int length) throws IOException {
    try (in) {
      return in.readNBytes(length);
    }
  }

  /** Inflates one page. */
  private interface Inflation {
    byte[] inflate(byte[] bytes, int length) throws IOException;
  }

  private static BytesInputDecompressor decompressor(Inflation inflation) {
    return new BytesInputDecompressor() {
      @Override
      public BytesInput decompress(BytesInput bytes, int size) throws IOException {
        return BytesInput.from(
            whole(inflation.inflate(bytes.toInputStream().readAllBytes(), size), size));
      }

      @Override
      public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize)
          throws IOException {
        out.put(whole(inflation.inflate(array(in.slice().limit(inSize)), outSize), outSize));
        in.position(in.position() + inSize);
      }

      @Override
      public void release() {
        // It holds nothing.
      }
    };
  }

  private static byte[] array(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] whole(byte[] bytes, int size) throws IOException {
    if (bytes.length != size) {
      throw new IOException(
          String.format(Locale.ROOT, "a page has %d bytes, must have %d", bytes.length, size));
    }
    return bytes;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are read only");
  }

  @Override
  public void release() {
    // It holds nothing.
  }
}
