package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.Storage;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.cache.CacheSlots;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import org.junit.jupiter.api.Test;

/** Keys that are longer than their memories. */
@SuppressWarnings("try") // a harness may be interrupted when it closes
class LongKeysTest {
  private static final int CHARS = 2048;

  @Test
  void theCacheHoldsNoMoreThanItsBytes() throws Exception {
    TestModel model = TestModel.ASSOCIATIVE;
    long slot = CacheSlots.keyBytes(model.oracle().model().memory(), Storage.FP32);
    long cache = model.cacheOf(64).getBytes();
    try (OperatorHarness harness =
        OperatorHarness.open(
            OperatorHarness.builder(model, 4)
                .set(FastWeightOptions.CACHE_SIZE, model.cacheOf(64)))) {
      for (int id = 0; id < 200; id++) {
        String key = id + "k".repeat(CHARS);
        harness.process(new Trip(id, key, Trips.START + id));
      }
      harness.checkpoint();
      long keys = harness.operator().memory().size();
      assertThat(keys * (slot + CHARS - CacheSlots.SHORT_KEY))
          .as("bytes of %d keys", keys)
          .isBetween(cache / 2, cache);
      assertThat(harness.keysInState()).isEqualTo(200);
    }
  }
}
