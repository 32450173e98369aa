package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A savepoint written by some release, kept in the test resources: the memories of models after the
 * first trips of a stream. Every later release that restores it must answer the trips that follow
 * with the bits of the plain loop.
 *
 * @param release the folder of the resources
 * @param backend the state backend that wrote it, and restores it
 * @param storage of the memories, before and after
 * @param models whose memories it has
 */
record SavepointFixture(
    String release,
    String backend,
    SavepointFormatType format,
    StorageFormat storage,
    List<TestModel> models) {
  /** Releases that rounded memories in bf16 to the nearest. */
  private static final List<String> NEAREST = List.of("format-2", "format-4");

  private static final long SEED = 41;
  private static final int BEFORE = 50;
  private static final int TRIPS = 200;
  private static final List<TestModel> MODELS =
      List.of(TestModel.ASSOCIATIVE, TestModel.SCHEMA_TRANSFORMER);

  /** Every savepoint that a release leaves behind. */
  static List<SavepointFixture> of(String release, StorageFormat storage) {
    return of(release, storage, MODELS);
  }

  /** The same of other models. */
  static List<SavepointFixture> of(String release, StorageFormat storage, List<TestModel> models) {
    List<SavepointFixture> all = new ArrayList<>();
    for (String backend : List.of("hashmap", "rocksdb")) {
      for (SavepointFormatType format : SavepointFormatType.values()) {
        all.add(new SavepointFixture(release, backend, format, storage, models));
      }
    }
    return all;
  }

  /** Memories whose rows have step sizes, in fp32, once for each backend. */
  static List<SavepointFixture> ofStepSizes(String release) {
    return of(release, StorageFormat.FP32, List.of(TestModel.STEP_SIZES_PER_ROW)).stream()
        .filter(fixture -> fixture.format() == SavepointFormatType.CANONICAL)
        .toList();
  }

  String file() {
    return String.format(
            Locale.ROOT, "savepoints/%s/%s-%s-%s.zip", release, backend, format, storage)
        .toLowerCase(Locale.ROOT);
  }

  /** Runs the job over the first trips and packs its savepoint. */
  void write(Path resources, Path folder) throws Exception {
    JobClient job = start(folder, null, 0, BEFORE);
    Collected.await(file(), models.size() * BEFORE);
    String savepoint = TestJobs.stop(job, folder, format);
    pack(Path.of(java.net.URI.create(savepoint)), resources.resolve(file()));
  }

  /** Runs the job from the savepoint over the trips that follow; what it answers, by model. */
  List<List<String>> answers(Path folder) throws Exception {
    String run = file();
    Collected.lines(run).clear();
    Path savepoint = Files.createDirectories(folder.resolve("savepoint"));
    unpack(file(), savepoint);
    start(folder, savepoint.toUri().toString(), BEFORE, TRIPS - BEFORE)
        .getJobExecutionResult()
        .get(60, TimeUnit.SECONDS);
    List<List<String>> answers = new ArrayList<>();
    for (TestModel model : models) {
      String prefix = model + " ";
      answers.add(
          Answers.sorted(
              Collected.lines(run).stream()
                  .filter(line -> line.startsWith(prefix))
                  .map(line -> line.substring(prefix.length()))
                  .toList()));
    }
    return answers;
  }

  /** Results of the plain loop for the trips that follow, by model. */
  List<List<String>> expected() {
    List<List<String>> expected = new ArrayList<>();
    List<Trip> trips = Trips.stream(SEED, TRIPS);
    for (TestModel model : models) {
      Oracle oracle = model.oracle().storage(storage.storage()).nearest(NEAREST.contains(release));
      oracle.answers(trips.subList(0, BEFORE));
      expected.add(oracle.nearest(false).answers(trips.subList(BEFORE, TRIPS)));
    }
    return expected;
  }

  private JobClient start(Path folder, String savepoint, int from, int count) throws Exception {
    Configuration configuration = TestJobs.configuration(backend, folder);
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
      configuration.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.setMaxParallelism(8);
    DataStream<Trip> trips = trips(env, from, count, savepoint == null);
    for (TestModel model : models) {
      FastWeightStream<Trip> stream =
          model
              .on(FastWeights.on(trips.keyBy(Trip::key)))
              .set(FastWeightOptions.BATCH_SIZE, 8)
              .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
              .set(FastWeightOptions.FOLD_THRESHOLD, storage == StorageFormat.FP32 ? 0.2 : 0.4)
              .set(FastWeightOptions.STORAGE, storage)
              .uid("memories of " + model)
              .build();
      TestJobs.lines(stream)
          .map(line -> model + " " + line)
          .returns(Types.STRING)
          .map(new Collected(file()))
          .sinkTo(new DiscardingSink<>());
    }
    return env.executeAsync(file());
  }

  /** The source has another uid in each of the two jobs: its state is not tested. */
  private static DataStream<Trip> trips(
      StreamExecutionEnvironment env, int from, int count, boolean waits) {
    GeneratorFunction<Long, Trip> generator = place -> Trips.at(SEED, from + place);
    DataGeneratorSource<Trip> source =
        new DataGeneratorSource<>(
            generator,
            waits ? count + 1 : count,
            waits ? RateLimiterStrategy.perCheckpoint(count) : RateLimiterStrategy.noOp(),
            OperatorHarness.TRIP);
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "trips from " + from)
        .setParallelism(1)
        .uid("trips from " + from);
  }

  static void pack(Path folder, Path zip) throws IOException {
    Files.createDirectories(zip.getParent());
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
  }

  /**
   * @param file a resource
   */
  static void unpack(String file, Path folder) throws IOException {
    try (InputStream resource = SavepointFixture.class.getClassLoader().getResourceAsStream(file)) {
      assertThat(resource).as(file).isNotNull();
      unpack(resource, folder);
    }
  }

  static void unpack(InputStream archive, Path folder) throws IOException {
    ZipInputStream in = new ZipInputStream(archive);
    for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      Path unpacked = folder.resolve(entry.getName());
      Files.createDirectories(unpacked.getParent());
      Files.copy(in, unpacked);
    }
  }
}
