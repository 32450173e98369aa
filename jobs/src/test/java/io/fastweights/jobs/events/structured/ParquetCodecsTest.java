package io.fastweights.jobs.events.structured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class ParquetCodecsTest {
  private static final byte[] PAGE =
      "a page, a page, a page".repeat(50).getBytes(StandardCharsets.UTF_8);

  private static byte[] compressed(CompressionCodecName codec) throws IOException {
    return switch (codec) {
      case UNCOMPRESSED -> PAGE;
      case SNAPPY -> Snappy.compress(PAGE);
      case ZSTD -> Zstd.compress(PAGE);
      case LZ4_RAW -> LZ4Factory.fastestJavaInstance().fastCompressor().compress(PAGE);
      case GZIP -> {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(PAGE);
        }
        yield out.toByteArray();
      }
      default -> throw new IllegalArgumentException(codec.toString());
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionCodecName.class,
      names = {"UNCOMPRESSED", "SNAPPY", "ZSTD", "LZ4_RAW", "GZIP"})
  void inflatesAPage(CompressionCodecName codec) throws Exception {
    byte[] small = compressed(codec);
    BytesInputDecompressor decompressor = new ParquetCodecs().getDecompressor(codec);
    BytesInput inflated = decompressor.decompress(BytesInput.from(small), PAGE.length);
    assertThat(inflated.toInputStream().readAllBytes()).isEqualTo(PAGE);
    ByteBuffer out = ByteBuffer.allocate(PAGE.length);
    ByteBuffer in = ByteBuffer.allocate(small.length + 7).put(small).rewind();
    decompressor.decompress(in, small.length, out, PAGE.length);
    assertThat(out.array()).isEqualTo(PAGE);
    assertThat(in.position()).isEqualTo(small.length);
    assertThatThrownBy(() -> decompressor.decompress(BytesInput.from(small), PAGE.length + 1))
        .as("a page of another size")
        .isInstanceOf(Exception.class);
  }

  @Test
  void namesACodecThatIsNotRead() {
    assertThatThrownBy(() -> new ParquetCodecs().getDecompressor(CompressionCodecName.BROTLI))
        .hasMessage(
            "its pages are compressed by brotli, which is not read: write it with snappy, gzip, zstd"
                + " or lz4_raw");
  }
}
