package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashedTest {
  private static final int BUCKETS = 1 << 20;

  @ParameterizedTest
  @ValueSource(strings = {"", "page-17", "\u007f", "Zürich", "a東京b", "bike 🚲", "broken \ud83d"})
  void aBucketIsThatOfTheUtf8Bytes(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash ^= b & 0xff;
      hash *= 0x100000001b3L;
    }
    assertThat(Field.Ids.bucket(text, BUCKETS))
        .isEqualTo((int) Long.remainderUnsigned(Mix.mix64(hash), BUCKETS));
  }
}
