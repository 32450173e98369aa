package io.fastweights.operator.testkit;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import java.time.Duration;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * Settings of a job.
 *
 * @param lateness that is allowed; null if events are processed in arrival order
 * @param ttl of keys; 0 for no expiry
 * @param refreshed true if it accepts new weights
 */
public record Setup(
    TestModel model,
    String backend,
    int batchSize,
    MemorySize cache,
    double fold,
    int unsaved,
    int linger,
    Duration halfLife,
    Duration lateness,
    Duration ttl,
    boolean refreshed,
    Device device,
    StorageFormat storage) {

  /** Days that pass before an ask is forgotten whose label has not come. */
  static final int LABEL_DAYS = 2;

  private static final double[] FOLDS = {0, 0.05, 0.5, 16};
  private static final int[] UNSAVED = {0, 1, 5, 4096};
  private static final int[] LINGERS = {0, 1, 20, 1000};
  private static final int[] HALF_LIFE_MINUTES = {0, 7, 90, 3000};
  private static final int[] LATENESS_MINUTES = {0, 0, 4, 25};
  private static final int[] TTL_MINUTES = {0, 0, 9, 60};

  /** Seeds that follow each other take turns with the models, most of them on the heap. */
  public static Setup draw(Device device, long seed, SplittableRandom random) {
    int models = TestModel.on(device).size();
    TestModel model = TestModel.on(device).get((int) (seed % models));
    boolean eventTime = random.nextInt(3) > 0;
    return new Setup(
        model,
        seed / models % 32 == 0 ? "rocksdb" : "hashmap",
        1 + random.nextInt(random.nextBoolean() ? 4 : 24),
        random.nextBoolean() ? MemorySize.ZERO : model.cacheOf(1 + random.nextInt(40)),
        FOLDS[random.nextInt(FOLDS.length)],
        UNSAVED[random.nextInt(UNSAVED.length)],
        LINGERS[random.nextInt(LINGERS.length)],
        halfLife(model, random),
        eventTime ? minutes(LATENESS_MINUTES, random) : null,
        // In the order of arrival an event may come that its purged key would have refused.
        eventTime ? minutes(TTL_MINUTES, random) : Duration.ZERO,
        model.isRefreshable() && random.nextInt(4) > 0,
        device,
        random.nextInt(3) > 0 ? StorageFormat.FP32 : StorageFormat.BF16);
  }

  /** Other settings for the same job and its state. */
  public Setup again(SplittableRandom random) {
    return new Setup(
        model,
        backend,
        1 + random.nextInt(24),
        random.nextBoolean() ? MemorySize.ZERO : model.cacheOf(1 + random.nextInt(40)),
        FOLDS[random.nextInt(FOLDS.length)],
        UNSAVED[random.nextInt(UNSAVED.length)],
        LINGERS[random.nextInt(LINGERS.length)],
        halfLife,
        lateness,
        eventTime() ? minutes(TTL_MINUTES, random) : Duration.ZERO,
        refreshed,
        device,
        storage);
  }

  /** None with forget gates. */
  private static Duration halfLife(TestModel model, SplittableRandom random) {
    Duration drawn = minutes(HALF_LIFE_MINUTES, random);
    return model == TestModel.FORGET_GATES ? Duration.ZERO : drawn;
  }

  private static Duration minutes(int[] choice, SplittableRandom random) {
    return Duration.ofMinutes(choice[random.nextInt(choice.length)]);
  }

  public boolean eventTime() {
    return lateness != null;
  }

  public long latenessMillis() {
    return lateness == null ? 0 : lateness.toMillis();
  }

  /** The ttl of keys as {@link Oracle#ttl} takes it. */
  public long ttlMillis() {
    return ttl.isZero() ? Long.MAX_VALUE : ttl.toMillis();
  }

  /** True if predictions are scored against labels: events have a target. */
  public boolean scores() {
    return model.hasSchema();
  }

  /** Adds the operators to a job of their own. */
  public FastWeightStream<Trip> build() {
    Configuration job = new Configuration();
    FastWeights<Trip> builder =
        model
            .on(refreshed ? OperatorHarness.refreshed(job) : OperatorHarness.builder(job))
            .set(FastWeightOptions.BATCH_SIZE, batchSize)
            .set(FastWeightOptions.CACHE_SIZE, cache)
            .set(FastWeightOptions.FOLD_THRESHOLD, fold)
            .set(FastWeightOptions.UNSAVED_KEYS, unsaved)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(linger))
            .set(FastWeightOptions.HALF_LIFE, halfLife)
            .set(FastWeightOptions.TTL, ttl)
            .set(FastWeightOptions.LABELS_TTL, Duration.ofHours(24 * LABEL_DAYS - 12))
            .set(FastWeightOptions.STORAGE, storage)
            .set(FastWeightOptions.ENGINE, device);
    return (lateness == null ? builder : builder.eventTime(lateness)).build();
  }

  public Oracle oracle() {
    return model.oracle().storage(storage.storage()).halfLife(halfLife.toMillis()).ttl(ttlMillis());
  }
}
