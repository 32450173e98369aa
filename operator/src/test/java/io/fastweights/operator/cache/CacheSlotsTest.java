package io.fastweights.operator.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.Storage;
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

  private record Pool(int slots, boolean onHeap) implements MemoryPool {
    @Override
    public MemoryShape shape() {
      return KIB_16;
    }

    @Override
    public void read(int slot, float[] into, int offset) {}

    @Override
    public void write(int slot, float[] from, int offset) {}
  }

  @Test
  void aCacheLargerThanTheHeapIsWarnedOfWithBothNumbers() {
    long bytes = 100_000L * ((16 << 10) + 256);
    assertThat(CacheSlots.warning(new Pool(100_000, true), Storage.FP32, bytes - 1))
        .contains("100,000 keys of 16,640 bytes, 1,586 MiB, on a Java heap of at most 1,586 MiB")
        .contains("lower fastweights.cache-size");
    assertThat(CacheSlots.warning(new Pool(100_000, true), Storage.FP32, bytes)).isNull();
    assertThat(CacheSlots.warning(new Pool(100_000, true), Storage.BF16, bytes - 1)).isNull();
  }

  @Test
  void memoriesOnADeviceDoNotCountAgainstTheHeap() {
    assertThat(CacheSlots.warning(new Pool(100_000, false), Storage.FP32, 1)).isNull();
  }

  @Test
  void memoriesOfTheCpuAreOnTheHeap() {
    Model model = new AssociativeMemory(4, 1, 1, new float[] {0.5f}, Normalisation.UNIT);
    try (Engine engine = EngineProvider.create(model, EngineOptions.cpu(4))) {
      assertThat(engine.pool().onHeap()).isTrue();
    }
  }

  @Test
  void smallMemoriesInAMuchTooLargeCacheDoNotOverflow() {
    MemoryShape one = new MemoryShape(1, 1, 1, 1);
    assertThat(CacheSlots.of(MemorySize.MAX_VALUE, one, Storage.BF16, 1)).isEqualTo(1 << 26);
  }
}
