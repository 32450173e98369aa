package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.model.MemoryShape;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;

class CacheSlotsTest {
  private static final MemoryShape KIB_16 = new MemoryShape(1, 8, 32, 16);

  @Test
  void asManyMemoriesAsFitWithWhatStandsBesideThem() {
    long each = (16 << 10) + 256;
    assertThat(CacheSlots.of(new MemorySize(1000 * each), KIB_16, Storage.FP32, 256))
        .isEqualTo(1000);
    assertThat(CacheSlots.of(new MemorySize(1000 * each - 1), KIB_16, Storage.FP32, 256))
        .isEqualTo(999);
  }

  @Test
  void memoriesInBf16TakeHalf() {
    long each = (8 << 10) + 256;
    assertThat(CacheSlots.of(new MemorySize(1000 * each), KIB_16, Storage.BF16, 256))
        .isEqualTo(1000);
  }

  @Test
  void theKeysOfOneBatchAlwaysHaveRoom() {
    assertThat(CacheSlots.of(MemorySize.ZERO, KIB_16, Storage.FP32, 256)).isEqualTo(257);
    assertThat(CacheSlots.of(MemorySize.ofMebiBytes(4), KIB_16, Storage.FP32, 256)).isEqualTo(257);
  }

  @Test
  void smallMemoriesInAMuchTooLargeCacheDoNotOverflow() {
    MemoryShape one = new MemoryShape(1, 1, 1, 1);
    assertThat(CacheSlots.of(MemorySize.MAX_VALUE, one, Storage.BF16, 1)).isEqualTo(1 << 26);
  }
}
