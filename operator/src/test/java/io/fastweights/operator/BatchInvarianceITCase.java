package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Exactly once with exact bits: every event is answered once, with the bits of the plain loop,
 * through two failures and for any batch size, cache, parallelism, backend, object reuse, kind of
 * checkpoints, linger, log folding and decay.
 */
public class BatchInvarianceITCase {
  public static final int TRIPS = 1200;
  private static final int PER_CHECKPOINT = 300;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  /** Settings of the job. */
  public record Setup(
      TestModel model,
      int batchSize,
      String cache,
      int parallelism,
      String backend,
      boolean objectReuse,
      boolean unaligned,
      int lingerMillis,
      double foldThreshold) {

    MemorySize cacheSize() {
      return switch (cache) {
        case "tight" -> MemorySize.ZERO;
        case "twice" -> model.cacheOf(2 * batchSize + 1);
        default -> FastWeightOptions.CACHE_SIZE.defaultValue();
      };
    }

    /** Memories fade unless the cache is ample, so that some setups of every model have fading. */
    public Duration halfLife() {
      return cache.equals("ample") ? Duration.ZERO : Duration.ofHours(3);
    }

    /** Of each model some setups are in bf16. */
    public StorageFormat storage() {
      return unaligned ? StorageFormat.BF16 : StorageFormat.FP32;
    }
  }

  private static final int[] UNSAVED = {4096, 0, 3};

  /** Every pair of values of two settings occurs in one of these. */
  static final List<Setup> SETUPS =
      List.of(
          new Setup(TestModel.ATTENTION, 7, "twice", 2, "rocksdb", false, true, 1000, 16),
          new Setup(TestModel.TRANSFORMER, 7, "ample", 1, "hashmap", true, false, 1, 0),
          new Setup(TestModel.TRANSFORMER, 64, "tight", 4, "hashmap", true, true, 20, 16),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 1, "tight", 2, "hashmap", false, false, 1000, 0),
          new Setup(TestModel.ATTENTION, 256, "tight", 4, "rocksdb", false, false, 1, 0.2),
          new Setup(TestModel.ASSOCIATIVE, 64, "twice", 2, "rocksdb", true, false, 20, 0),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 64, "ample", 1, "rocksdb", false, true, 20, 0.2),
          new Setup(TestModel.ASSOCIATIVE, 256, "ample", 1, "hashmap", true, true, 1000, 0.2),
          new Setup(TestModel.TRANSFORMER, 1, "twice", 2, "rocksdb", false, true, 1, 0.2),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 256, "twice", 2, "hashmap", false, false, 1, 16),
          new Setup(TestModel.TRANSFORMER, 256, "ample", 4, "hashmap", true, false, 1000, 16),
          new Setup(TestModel.ATTENTION, 1, "twice", 1, "rocksdb", true, true, 20, 16),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 256, "tight", 4, "rocksdb", true, true, 20, 0),
          new Setup(TestModel.ASSOCIATIVE, 1, "ample", 4, "rocksdb", false, false, 1, 0),
          new Setup(TestModel.ASSOCIATIVE, 7, "tight", 1, "rocksdb", true, true, 20, 16),
          new Setup(TestModel.ATTENTION, 64, "ample", 1, "hashmap", true, false, 1, 0),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 7, "twice", 4, "hashmap", true, true, 1000, 0.2),
          new Setup(TestModel.TRANSFORMER, 64, "ample", 2, "rocksdb", true, false, 1000, 0));

  /** Beside those of the table above, which are hashmap and incremental rocksdb. */
  static final List<Setup> MORE_BACKENDS =
      List.of(
          new Setup(TestModel.ASSOCIATIVE, 7, "tight", 2, "rocksdb full", false, false, 20, 0.2),
          new Setup(TestModel.ASSOCIATIVE, 7, "tight", 2, "rocksdb changelog", false, false, 20, 1),
          new Setup(TestModel.ATTENTION, 16, "tight", 1, "hashmap changelog", true, true, 20, 0.2));

  /** A tag of its own: not every version of Flink has its jar in every repository. */
  static final List<Setup> FORST =
      List.of(
          new Setup(TestModel.ASSOCIATIVE, 16, "tight", 2, "forst", false, false, 20, 0.2),
          new Setup(TestModel.SCHEMA_TRANSFORMER, 7, "twice", 2, "forst", true, true, 20, 16));

  /** Their statistics are part of the lag, which every backend stores alike. */
  static final List<Setup> STATISTICS =
      List.of(
          new Setup(TestModel.RUNNING_STATISTICS, 7, "tight", 4, "rocksdb", false, true, 20, 0.2),
          new Setup(TestModel.RUNNING_STATISTICS, 64, "ample", 2, "hashmap", true, false, 20, 16),
          new Setup(TestModel.PRIOR, 7, "tight", 4, "hashmap", false, true, 20, 0.2),
          new Setup(TestModel.ITEMS, 7, "tight", 2, "rocksdb", true, false, 20, 0.2));

  @ParameterizedTest
  @FieldSource({"SETUPS", "MORE_BACKENDS", "STATISTICS"})
  void everyEventIsAnsweredOnceWithTheBitsOfThePlainLoop(Setup setup) throws Exception {
    checkTheBits(setup);
  }

  @ParameterizedTest
  @Tag("forst")
  @FieldSource("FORST")
  void everyEventIsAnsweredOnceWithTheSameBitsOnForSt(Setup setup) throws Exception {
    checkTheBits(setup);
  }

  private void checkTheBits(Setup setup) throws Exception {
    long seed = Seeds.seed(SETUPS.indexOf(setup) + 1);
    String run = setup + ", " + Seeds.replay(seed);
    List<String> lines = run(setup, Device.CPU, seed, run, folder);

    List<String> expected =
        setup
            .model()
            .oracle()
            .storage(setup.storage().storage())
            .halfLife(setup.halfLife().toMillis())
            .answers(Trips.stream(seed, TRIPS));
    assertThat(Answers.sorted(lines)).as(run).isEqualTo(expected);
    assertThatKeysAreInOrder(lines);
    assertThat(lines).as("the stream has malformed events").anyMatch(l -> l.endsWith("malformed"));
    assertThat(Saboteur.failures(run)).as(run).containsExactly("before", "behind");
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  /** The answers of a job that fails twice. */
  public static List<String> run(Setup setup, Device device, long seed, String run, Path folder)
      throws Exception {
    StreamExecutionEnvironment env =
        TestJobs.checkpointing(
            setup.backend(), folder, setup.parallelism(), setup.objectReuse(), setup.unaligned());

    // The source waits for a checkpoint before either point.
    SplittableRandom random = new SplittableRandom(seed);
    long before = PER_CHECKPOINT + random.nextInt(PER_CHECKPOINT);
    long behind = 2 * PER_CHECKPOINT + random.nextInt(PER_CHECKPOINT);
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, before);
    FastWeightStream<Trip> stream =
        setup
            .model()
            .on(FastWeights.on(trips.keyBy(Trip::key)))
            .set(FastWeightOptions.ENGINE, device)
            .set(FastWeightOptions.BATCH_SIZE, setup.batchSize())
            .set(FastWeightOptions.CACHE_SIZE, setup.cacheSize())
            .set(FastWeightOptions.LINGER, Duration.ofMillis(setup.lingerMillis()))
            .set(FastWeightOptions.FOLD_THRESHOLD, setup.foldThreshold())
            .set(FastWeightOptions.HALF_LIFE, setup.halfLife())
            .set(FastWeightOptions.STORAGE, setup.storage())
            .set(FastWeightOptions.UNSAVED_KEYS, UNSAVED[(int) (seed % UNSAVED.length)])
            .uid("memories")
            .build();
    DataStream<Prediction<Trip>> predictions = Saboteur.behind(stream.predictions(), run, behind);

    return JobResults.of(TestJobs.lines(stream, predictions), run);
  }

  public static void assertThatKeysAreInOrder(List<String> lines) {
    Map<String, Long> last = new HashMap<>();
    for (String line : lines) {
      if (!line.endsWith("malformed")) {
        Long before = last.put(line.split(" ")[1], Answers.id(line));
        assertThat(before == null || before < Answers.id(line))
            .as("%s came after event %d of its key", line, before)
            .isTrue();
      }
    }
  }

  @Test
  void everyPairOfValuesIsTested() {
    List<List<Object>> rows = SETUPS.stream().map(BatchInvarianceITCase::values).toList();
    int settings = rows.get(0).size();
    for (int i = 0; i < settings; i++) {
      for (int j = 0; j < i; j++) {
        Set<List<Object>> pairs = new LinkedHashSet<>();
        for (List<Object> row : rows) {
          pairs.add(List.of(row.get(i), row.get(j)));
        }
        assertThat((long) pairs.size()).isEqualTo(distinct(rows, i) * distinct(rows, j));
      }
    }
  }

  private static List<Object> values(Setup setup) {
    return List.of(
        setup.model(),
        setup.batchSize(),
        setup.cache(),
        setup.parallelism(),
        setup.backend(),
        setup.objectReuse(),
        setup.unaligned(),
        setup.lingerMillis(),
        setup.foldThreshold());
  }

  private static long distinct(List<List<Object>> rows, int setting) {
    return rows.stream().map(row -> row.get(setting)).distinct().count();
  }
}
