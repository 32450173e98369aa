package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Memories in bf16, and jobs that change between bf16 and fp32 when they restore: the bits are
 * those of a plain loop that rounds after each event, or from the change on.
 */
class StorageTest {
  private static final int TRIPS = 200;

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, hashmap, 0.4",
    "ASSOCIATIVE, rocksdb, 0.4",
    "TRANSFORMER, hashmap, 0",
    "SCHEMA_TRANSFORMER, rocksdb, 16",
    "ATTENTION, hashmap, 1"
  })
  void theBitsAreThoseOfAPlainLoopWhateverTheBatchesAndTheChanges(
      TestModel model, String backend, double fold) throws Exception {
    for (long seed = Seeds.seed(0), last = seed + 3; seed < last; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Trip> trips = Trips.stream(seed, TRIPS);
      Oracle oracle = model.oracle();
      List<String> expected = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      OperatorSubtaskState checkpoint = null;
      StorageFormat storage = StorageFormat.BF16;
      for (int at = 0; at < TRIPS; ) {
        int next = Math.min(TRIPS, at + 1 + random.nextInt(60));
        oracle.storage(storage.storage());
        expected.addAll(oracle.answers(trips.subList(at, next)));
        FastWeights<Trip> builder =
            OperatorHarness.builder(model, 1 + random.nextInt(9))
                .set(FastWeightOptions.FOLD_THRESHOLD, fold)
                .set(FastWeightOptions.STORAGE, storage);
        try (OperatorHarness harness = new OperatorHarness(builder, backend, 1, 0)) {
          if (checkpoint != null) {
            harness.initializeState(checkpoint);
          }
          harness.open();
          harness.process(trips.subList(at, next));
          harness.prepareSnapshotPreBarrier(1);
          lines.addAll(harness.answers());
          checkpoint = harness.snapshot(1, 1);
          // Lost with the task.
          harness.process(trips.subList(next, Math.min(TRIPS, next + random.nextInt(12))));
        }
        at = next;
        storage = StorageFormat.values()[random.nextInt(2)];
      }
      assertThat(lines).as(Seeds.replay(seed)).isEqualTo(expected);
    }
  }
}
