package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.Answered;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.state.savepoint.KeyFigures;
import io.fastweights.state.savepoint.MemoryBootstrap;
import io.fastweights.state.savepoint.MemoryRewrite;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares output of the savepoint tools with the reference and with jobs. */
class SavepointToolsITCase {
  private static final int TRIPS = 700;
  private static final int HISTORY = 400;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  private final long seed = Seeds.seed(53);

  /** Storage format of the jobs that follow. */
  private StorageFormat storage = StorageFormat.FP32;

  private StreamExecutionEnvironment environment(String backend) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(TestJobs.configuration(backend, folder));
    env.setParallelism(2);
    return env;
  }

  private FastWeightStream<Trip> memories(TestModel model, KeyedStream<Trip, ?> trips) {
    return model
        .on(FastWeights.on(trips))
        .set(FastWeightOptions.BATCH_SIZE, 16)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
        .set(FastWeightOptions.FOLD_THRESHOLD, 0.5)
        .set(FastWeightOptions.LINGER, Duration.ofMillis(50))
        .set(FastWeightOptions.STORAGE, storage)
        .uid("memories")
        .build();
  }

  private KeyedStream<Trip, String> history(StreamExecutionEnvironment env, int from, int to) {
    return env.fromData(Trips.stream(seed, to).subList(from, to))
        .returns(OperatorHarness.TRIP)
        .keyBy(Trip::key, Types.STRING);
  }

  /** A job that was stopped after the history. */
  private String stopped(TestModel model, String backend, SavepointFormatType format)
      throws Exception {
    return stopped(model, backend, format, Trip::key, Types.STRING);
  }

  private <K> String stopped(
      TestModel model,
      String backend,
      SavepointFormatType format,
      KeySelector<Trip, K> key,
      TypeInformation<K> keyType)
      throws Exception {
    StreamExecutionEnvironment env = environment(backend);
    Answered answered = new Answered();
    KeyedStream<Trip, K> trips = TestJobs.trips(env, seed, TRIPS, HISTORY).keyBy(key, keyType);
    TestJobs.lines(memories(model, trips)).map(answered).sinkTo(new DiscardingSink<>());
    JobClient job = env.executeAsync("history");
    answered.await(HISTORY);
    return TestJobs.stop(job, folder, format);
  }

  /** Results of another job for the rest of the trips, with the memories of a savepoint. */
  private List<String> rest(TestModel model, String savepoint) throws Exception {
    StreamExecutionEnvironment env = environment("hashmap");
    env.configure(
        new Configuration()
            .set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint)
            .set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true));
    return answers(memories(model, history(env, HISTORY, TRIPS)));
  }

  /** Results of the same job after a restore, with its source position. */
  private List<String> resumed(TestModel model, String savepoint) throws Exception {
    StreamExecutionEnvironment env = environment("hashmap");
    env.configure(new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
    return answers(
        memories(model, TestJobs.trips(env, seed, TRIPS, TRIPS).keyBy(Trip::key, Types.STRING)));
  }

  @SuppressWarnings("try")
  private static List<String> answers(FastWeightStream<Trip> stream) throws Exception {
    List<String> lines = new ArrayList<>();
    try (CloseableIterator<String> answers = TestJobs.lines(stream).executeAndCollect()) {
      answers.forEachRemaining(lines::add);
    }
    return Answers.sorted(lines);
  }

  private List<String> expectedRest(TestModel model) {
    return model.oracle().answers(Trips.stream(seed, TRIPS)).subList(HISTORY, TRIPS);
  }

  private Map<String, float[]> expectedMemories(TestModel model) {
    Oracle oracle = model.oracle();
    oracle.answers(Trips.stream(seed, HISTORY));
    return oracle.memories();
  }

  @SuppressWarnings("try")
  private Map<String, KeyFigures> figures(MemorySavepoint savepoint) throws Exception {
    Map<String, KeyFigures> all = new HashMap<>();
    try (CloseableIterator<KeyFigures> figures =
        savepoint.figures(environment("hashmap")).executeAndCollect()) {
      figures.forEachRemaining(f -> assertThat(all.put(f.key(), f)).isNull());
    }
    return all;
  }

  @SuppressWarnings("try")
  private Map<String, float[]> memories(MemorySavepoint savepoint, Set<String> keys)
      throws Exception {
    Map<String, float[]> all = new HashMap<>();
    try (CloseableIterator<NamedMemory> memories =
        savepoint.memories(environment("hashmap"), keys).executeAndCollect()) {
      memories.forEachRemaining(m -> all.put(m.key(), m.weights()));
    }
    return all;
  }

  private static void assertSameBits(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    expected.forEach((key, w) -> assertThat(actual.get(key)).as(key).containsExactly(w));
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, CANONICAL",
    "SCHEMA_TRANSFORMER, rocksdb, NATIVE",
    "TRANSFORMER, hashmap, CANONICAL",
    "STEP_SIZES_PER_ROW, rocksdb, CANONICAL",
    "ASSOCIATIVE, hashmap, NATIVE"
  })
  void everyMemoryIsReadAndSurvivesARewrite(
      TestModel model, String backend, SavepointFormatType format) throws Exception {
    Map<String, float[]> expected = expectedMemories(model);
    MemorySavepoint savepoint = MemorySavepoint.open(stopped(model, backend, format), null);
    assertThat(savepoint.uid()).isEqualTo("memories");
    Map<String, KeyFigures> figures = figures(savepoint);
    assertThat(figures).containsOnlyKeys(expected.keySet());
    assertThat(figures.values()).anyMatch(f -> f.baseBytes() == 0).anyMatch(f -> f.logged() == 0);
    assertSameBits(memories(savepoint, expected.keySet()), expected);

    String folded = folder.resolve("folded").toUri().toString();
    MemoryRewrite.of(savepoint).fold().write(environment("hashmap"), folded);
    MemorySavepoint rewritten = MemorySavepoint.open(folded, "memories");
    Map<String, KeyFigures> whole = figures(rewritten);
    assertThat(whole).containsOnlyKeys(expected.keySet());
    whole.forEach(
        (key, f) -> {
          assertThat(f.logged()).isZero();
          assertThat(f.logBytes()).isZero();
          assertThat(f.events()).isEqualTo(figures.get(key).events());
          assertThat(f.lastEvent()).isEqualTo(figures.get(key).lastEvent());
          assertThat(f.norm()).isEqualTo(figures.get(key).norm());
        });
    assertSameBits(memories(rewritten, expected.keySet()), expected);
    assertThat(resumed(model, folded)).isEqualTo(expectedRest(model));
  }

  @ParameterizedTest
  @CsvSource({
    "ASSOCIATIVE, rocksdb, FP32, BF16",
    "TRANSFORMER, hashmap, BF16, FP32",
    "STEP_SIZES_PER_ROW, hashmap, FP32, BF16"
  })
  void aRewriteToAnotherStorageHoldsWhatAJobThatChangesItDoes(
      TestModel model, String backend, StorageFormat from, StorageFormat to) throws Exception {
    List<Trip> trips = Trips.stream(seed, TRIPS);
    Oracle oracle = model.oracle().storage(from.storage());
    oracle.answers(trips.subList(0, HISTORY));
    Map<String, float[]> learned = oracle.memories();
    learned.replaceAll((key, w) -> w.clone());
    storage = from;
    String path = stopped(model, backend, SavepointFormatType.CANONICAL);
    MemorySavepoint savepoint = MemorySavepoint.open(path, null);
    assertSameBits(memories(savepoint, learned.keySet()), learned);
    Map<String, KeyFigures> before = figures(savepoint);
    assertThat(before.values()).anyMatch(f -> f.logged() > 0);

    String changed = folder.resolve("changed").toUri().toString();
    MemoryRewrite.of(savepoint).storage(to.storage()).write(environment("hashmap"), changed);
    MemorySavepoint rewritten = MemorySavepoint.open(changed, "memories");
    learned.values().forEach(w -> round(to, w));
    assertSameBits(memories(rewritten, learned.keySet()), learned);
    int floats = learned.values().iterator().next().length;
    assertThat(figures(rewritten).values())
        .allMatch(f -> f.logged() == 0)
        .allMatch(f -> f.baseBytes() / floats == to.storage().bytes());

    storage = to;
    List<String> expected = oracle.storage(to.storage()).answers(trips.subList(HISTORY, TRIPS));
    assertThat(resumed(model, changed)).isEqualTo(expected);
    assertThat(resumed(model, path)).isEqualTo(expected);
  }

  private static void round(StorageFormat storage, float[] w) {
    if (storage == StorageFormat.BF16) {
      BrainFloat.round(w, 0, w.length);
    }
  }

  @ParameterizedTest
  @CsvSource({"ASSOCIATIVE, hashmap", "SCHEMA_TRANSFORMER, rocksdb", "STEP_SIZES_PER_ROW, hashmap"})
  void aJobStartsFromABootstrapAsIfItHadSeenTheHistory(TestModel model, String backend)
      throws Exception {
    String path = folder.resolve("bootstrapped").toUri().toString();
    StreamExecutionEnvironment env = environment(backend);
    FastWeightStream<Trip> stream = memories(model, history(env, 0, HISTORY));
    MemoryBootstrap done = MemoryBootstrap.write(stream.predictions(), path);
    assertThat(done.answered() + done.refused()).isEqualTo(HISTORY);
    assertThat(done.refused()).isPositive();
    Map<String, float[]> expected = expectedMemories(model);
    assertSameBits(memories(MemorySavepoint.open(path, "memories"), expected.keySet()), expected);
    assertThat(rest(model, path)).isEqualTo(expectedRest(model));
  }

  @Test
  void aBootstrapThatFailsLeavesNoSavepoint() {
    Path path = folder.resolve("failed");
    StreamExecutionEnvironment env = environment("hashmap");
    KeyedStream<Trip, String> trips =
        history(env, 0, 50)
            .map(
                trip -> {
                  if (trip.id == 40) {
                    throw new IllegalStateException("no trip 40");
                  }
                  return trip;
                })
            .returns(OperatorHarness.TRIP)
            .keyBy(Trip::key, Types.STRING);
    env.configure(TestJobs.configuration("hashmap", folder));
    assertThatThrownBy(
            () ->
                MemoryBootstrap.write(
                    memories(TestModel.ASSOCIATIVE, trips).predictions(), path.toString()))
        .hasStackTraceContaining("no trip 40");
    assertThat(path).doesNotExist();
  }

  @Test
  void keysOfAnyTypeAreReadAndKept() throws Exception {
    String path =
        stopped(
            TestModel.ASSOCIATIVE,
            "rocksdb",
            SavepointFormatType.CANONICAL,
            trip -> Tuple2.of(trip.key, (long) trip.key.length()),
            Types.TUPLE(Types.STRING, Types.LONG));
    MemorySavepoint savepoint = MemorySavepoint.open(path, null);
    assertThat(savepoint.keyType()).isEqualTo("Tuple");
    Map<String, float[]> expected = new HashMap<>();
    expectedMemories(TestModel.ASSOCIATIVE)
        .forEach(
            (key, w) -> expected.put(String.format(Locale.ROOT, "(%s,%d)", key, key.length()), w));
    assertSameBits(memories(savepoint, expected.keySet()), expected);
    assertThat(memories(savepoint, Set.of("(k1,2)"))).containsOnlyKeys("(k1,2)");
    assertThatThrownBy(() -> openWithoutTuples(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not readable with this class path: memories (")
        .hasMessageContaining("TupleSerializerSnapshot");
    String copy = folder.resolve("copy").toUri().toString();
    MemoryRewrite.of(savepoint).write(environment("hashmap"), copy);
    assertSameBits(memories(MemorySavepoint.open(copy, null), expected.keySet()), expected);
  }

  private static void openWithoutTuples(String path) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    thread.setContextClassLoader(
        new ClassLoader(usual) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.endsWith("TupleSerializerSnapshot")) {
              throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
          }
        });
    try {
      MemorySavepoint.open(path, null);
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  @Test
  void aPathThatIsNoSavepointOfMemoriesIsRefusedWithItsKind() throws Exception {
    assertThatThrownBy(() -> MemorySavepoint.open(folder.resolve("none").toString(), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no such savepoint");
    assertThatThrownBy(() -> MemorySavepoint.open(folder.toString(), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder + " is no savepoint: it has no file _metadata");
    String path = stopped(TestModel.ASSOCIATIVE, "hashmap", SavepointFormatType.CANONICAL);
    assertThatThrownBy(() -> MemorySavepoint.open(path, "other"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no fast-weight memories of an operator 'other'")
        .hasMessageContaining("memories")
        .hasMessageContaining("trips");
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("file"), "text");
    MemorySavepoint savepoint = MemorySavepoint.open(path, null);
    assertThatThrownBy(
            () -> MemoryRewrite.of(savepoint).write(environment("hashmap"), taken.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not empty");
    try (Stream<Path> files = Files.list(taken)) {
      assertThat(files).hasSize(1);
    }
  }
}
