package io.fastweights.kernels.schema.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets of hashed fields, which stored memories depend on. */
class HashedIdsTest {
  private static final int BUCKETS = 1 << 20;

  private static int bucketOf(long hash) {
    return (int) Long.remainderUnsigned(Mix.mix64(hash), BUCKETS);
  }

  /** The value is a test vector of FNV's authors. */
  @Test
  void hashesByFnv1a() {
    assertThat(Ids.bucket("foobar", BUCKETS)).isEqualTo(bucketOf(0x85944171f73967e8L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ORD", "\u007f", "\u0080", "aé", "éa", "x😀y", "a東京b", "a\uD800"})
  void hashesTheBytesOfUtf8(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash ^= b & 0xff;
      hash *= 0x100000001b3L;
    }
    assertThat(Ids.bucket(text, BUCKETS)).as(text).isEqualTo(bucketOf(hash));
  }
}
