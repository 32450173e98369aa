package io.fastweights.operator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A job whose state backend fails, before or after a write: while a key is evicted or saved, and
 * between a new base and the end of its log. Some checkpoints are not written, two are taken at
 * once, and barriers overtake events; the answers are those of the plain loop, each once.
 */
class StateFaultsITCase {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, 0.3, 1",
    "SCHEMA_TRANSFORMER, rocksdb, 0, 2",
    "TRANSFORMER, hashmap, 0.3, 2"
  })
  void nothingIsLostNorAnsweredTwice(TestModel model, String backend, double fold, int parallelism)
      throws Exception {
    run(model, backend, fold, parallelism, 1500, 8);
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"ASSOCIATIVE, rocksdb, 0.3, 2", "SCHEMA_TRANSFORMER, hashmap, 0.3, 1"})
  void norByHundredsOfFailures(TestModel model, String backend, double fold, int parallelism)
      throws Exception {
    run(model, backend, fold, parallelism, 20_000, 200);
  }

  private void run(
      TestModel model, String backend, double fold, int parallelism, int count, int failures)
      throws Exception {
    long seed = Seeds.seed(5);
    String name = model + " on " + backend + ", " + Seeds.replay(seed);
    Faults faults = new Faults(seed);
    FaultyBackend.register(name, faults);
    faults.failWrites(1.0 / 60, failures);
    faults.failSnapshots(0.2, failures / 4);
    List<String> lines = answers(model, backend, fold, parallelism, count, seed, name);

    assertThat(Answers.sorted(lines))
        .as(name)
        .isEqualTo(model.oracle().answers(Trips.stream(seed, count)));
    assertThat(faults.writes()).as("failed writes, " + name).isEqualTo(failures);
    assertThat(faults.snapshots()).as("checkpoints not written, " + name).isEqualTo(failures / 4);
  }

  private List<String> answers(
      TestModel model,
      String backend,
      double fold,
      int parallelism,
      int count,
      long seed,
      String name)
      throws Exception {
    Configuration configuration =
        TestJobs.configuration(backend, folder)
            .set(StateBackendOptions.STATE_BACKEND, FaultyBackend.Factory.class.getName())
            .set(FaultyBackend.Factory.FAULTS, name)
            .set(FaultyBackend.Factory.BACKEND, backend)
            .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(10))
            .set(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS, 2)
            .set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE)
            .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    StreamExecutionEnvironment env = TestJobs.environment(configuration, parallelism);
    FastWeightStream<Trip> stream =
        model
            .on(FastWeights.on(TestJobs.trips(env, seed, count, 40).keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 8)
            .set(FastWeightOptions.CACHE_SIZE, model.cacheOf(9))
            .set(FastWeightOptions.FOLD_THRESHOLD, fold)
            .set(FastWeightOptions.UNSAVED_KEYS, 3)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(1))
            .uid("memories")
            .build();
    // Not Flink's collecting sink: closed before it was opened, it kills its task manager.
    org.apache.flink.core.fs.Path into =
        new org.apache.flink.core.fs.Path(folder.resolve("answers").toUri());
    TestJobs.lines(stream)
        .sinkTo(FileSink.forRowFormat(into, new SimpleStringEncoder<String>()).build());
    env.execute(name);
    return finishedLines(folder.resolve("answers"));
  }

  /** Lines of the files that were committed; of others the names begin with a dot. */
  private static List<String> finishedLines(Path answers) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(answers)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (!file.getFileName().toString().startsWith(".")) {
          lines.addAll(Files.readAllLines(file));
        }
      }
    }
    return lines;
  }
}
