package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EngineThreads;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Output.Stream;
import io.fastweights.operator.testkit.PairOracle;
import io.fastweights.operator.testkit.PlainLoop;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Update;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.jobgraph.JobResourceRequirements;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * All features at once, for minutes ({@code -Dfastweights.chaos-minutes}): event time, weights that
 * are refreshed, a shadow, labels, a ttl, anomalies, two keys, bf16 and an engine thread. The
 * adaptive scheduler gives each vertex another parallelism every few seconds, and the job fails in
 * between. Every result is that of the plain loops, each once.
 */
@Tag("long")
class WholeJobChaosITCase {
  private static final int MINUTES = Integer.getInteger("fastweights.chaos-minutes", 3);
  private static final int SECONDS_BETWEEN = Integer.getInteger("fastweights.chaos-seconds", 15);
  private static final int PER_SECOND = 10;
  private static final int TRIPS = MINUTES * 60 * PER_SECOND;
  private static final int MOST_SUBTASKS = 4;
  private static final String RUN = "everything at once";
  private static final Pattern VERSION = Pattern.compile(", version (\\d+),");
  private static final Set<Long> VERSIONS = ConcurrentHashMap.newKeySet();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(
                  new Configuration()
                      .set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Adaptive)
                      .set(
                          JobManagerOptions.SCHEDULER_EXECUTING_COOLDOWN_AFTER_RESCALING,
                          Duration.ofSeconds(1))
                      .set(
                          JobManagerOptions.SCHEDULER_EXECUTING_RESOURCE_STABILIZATION_TIMEOUT,
                          Duration.ofMillis(100))
                      .set(
                          JobManagerOptions.SCHEDULER_RESCALE_TRIGGER_MAX_DELAY,
                          Duration.ofSeconds(3))
                      .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128)))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(MOST_SUBTASKS)
              .build());

  @TempDir Path folder;

  @Test
  void everyResultComesOnceWithItsBits(@InjectMiniCluster MiniCluster cluster) throws Exception {
    StreamExecutionEnvironment env =
        TestJobs.environment(
            TestJobs.configuration("rocksdb", folder)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2))
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000),
            2);
    DataStream<Trip> trips = Saboteur.before(trips(env), RUN, TRIPS / 3);
    DataStream<String> lines = WholeJob.sorted(trips, sameWeights(env));
    lines = lines.union(arrival(trips), pair(trips));

    Rescaling rescaling = new Rescaling(cluster);
    Thread thread = new Thread(rescaling, "rescaling");
    thread.start();
    List<String> found;
    try {
      found = JobResults.of(lines.map(WholeJobChaosITCase::unversioned), RUN);
    } finally {
      rescaling.ended = true;
      thread.join();
    }

    List<String> expected = expected();
    assertThat(found.stream().sorted().toList())
        .as("missing, twice or different, of %d", expected.size())
        .isEqualTo(expected.stream().sorted().toList());
    assertThat(Saboteur.failures(RUN)).containsExactly("before");
    assertThat(rescaling.done).as("rescalings").isGreaterThan(MINUTES * 60 / SECONDS_BETWEEN / 3);
    assertThat(VERSIONS).as("versions of weights that answered").hasSizeGreaterThan(3);
    assertThat(Saboteur.restored(RUN)).as("restored from checkpoints").hasSizeGreaterThan(1);
    System.out.printf(
        Locale.ROOT,
        "%d trips, %d results; %d rescalings, restored from %d checkpoints%n",
        TRIPS,
        found.size(),
        rescaling.done,
        Saboteur.restored(RUN).size());
  }

  private static DataStream<Trip> trips(StreamExecutionEnvironment env) {
    return source(
            env,
            WholeJob::trip,
            TRIPS,
            PER_SECOND,
            OperatorHarness.TRIP,
            WatermarkStrategy.<Trip>forGenerator(context -> new WholeJob.PerTrip())
                .withTimestampAssigner((trip, before) -> trip.time))
        .uid("trips");
  }

  /** New weights with the numbers of those that serve: when they come changes no prediction. */
  private static DataStream<ModelUpdate> sameWeights(StreamExecutionEnvironment env) {
    ModelUpdate same = Update.of("same", WholeJob.SORTED.weights(17), 1).message();
    String path = same.path();
    return source(
            env,
            i -> ModelUpdate.of(path, (i % 2 == 0 ? 1 : WholeJob.CANDIDATES) + i / 2),
            2 * WholeJob.CANDIDATES - 4,
            (2.0 * WholeJob.CANDIDATES - 3) / (MINUTES * 60),
            ModelUpdate.type(),
            WatermarkStrategy.noWatermarks())
        .uid("updates");
  }

  private static <E> DataStreamSource<E> source(
      StreamExecutionEnvironment env,
      GeneratorFunction<Long, E> generator,
      long count,
      double perSecond,
      TypeInformation<E> type,
      WatermarkStrategy<E> watermarks) {
    DataGeneratorSource<E> source =
        new DataGeneratorSource<>(generator, count, RateLimiterStrategy.perSecond(perSecond), type);
    return env.fromSource(source, watermarks, "source").setParallelism(1);
  }

  private static DataStream<String> arrival(DataStream<Trip> trips) {
    return WholeJob.arrival(
        trips,
        builder ->
            builder
                .set(FastWeightOptions.STORAGE, StorageFormat.BF16)
                .set(FastWeightOptions.ENGINE_THREAD, EngineThreads.OWN));
  }

  private static PairOracle pairOracle() {
    return new PairOracle(true, StepSizes.CONSTANT);
  }

  private static boolean isToday(Trip trip) {
    return trip.time >= Trips.START + trip.id * 60_000;
  }

  private static DataStream<String> pair(DataStream<Trip> trips) {
    FastWeightPairStream<Trip> stream =
        pairOracle()
            .on(FastWeights.on(trips.filter(WholeJobChaosITCase::isToday).setParallelism(1)))
            .set(FastWeightOptions.BATCH_SIZE, 16)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .uid("pair")
            .build();
    return stream
        .predictions()
        .map(answer -> "pair " + Answers.of(answer))
        .returns(Types.STRING)
        .union(
            stream.malformed().map(m -> "pair " + Answers.of(m)).returns(Types.STRING),
            stream.late().map(trip -> "pair " + trip.id + " late").returns(Types.STRING));
  }

  /** Which weights answer is chance: they have the same numbers. */
  private static String unversioned(String line) {
    Matcher version = VERSION.matcher(line);
    if (version.find()) {
      VERSIONS.add(Long.valueOf(version.group(1)));
    }
    return version.replaceFirst(",");
  }

  private static List<String> expected() throws Exception {
    List<String> lines = new ArrayList<>();
    for (String line : new PlainWholeJob(true).lastAnswers(TRIPS)) {
      if (!line.startsWith("arrival ") && !line.startsWith("sql ")) {
        lines.add(unversioned(line));
      }
    }
    Setup setup = WholeJob.setup(WholeJob.ARRIVAL, null, WholeJob.TTL, StorageFormat.BF16);
    PlainLoop arrival = new PlainLoop(setup);
    for (int place = 0; place < TRIPS; place++) {
      arrival.event(WholeJob.trip(place), true);
      arrival.watermark(WholeJob.watermark(place));
      var outputs = arrival.take();
      for (Stream stream : List.of(Stream.PREDICTIONS, Stream.MALFORMED)) {
        WholeJob.lines("arrival", stream, outputs).forEach(line -> lines.add(unversioned(line)));
      }
    }
    List<Trip> today =
        LongStream.range(0, TRIPS)
            .mapToObj(WholeJob::trip)
            .filter(WholeJobChaosITCase::isToday)
            .toList();
    pairOracle().answers(today).forEach(line -> lines.add("pair " + line));
    return lines;
  }

  /** Gives every vertex but the sources another parallelism, again and again. */
  private static final class Rescaling implements Runnable {
    private final MiniCluster cluster;
    private final SplittableRandom random = new SplittableRandom(5);
    private volatile boolean ended;
    private volatile int done;

    Rescaling(MiniCluster cluster) {
      this.cluster = cluster;
    }

    @Override
    public void run() {
      long next = System.nanoTime();
      while (!ended) {
        next += TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN);
        try {
          while (!ended && System.nanoTime() < next) {
            // In steps, so that the end of the job is soon seen.
            Thread.sleep(50);
          }
          rescale();
        } catch (Exception e) {
          // The job begins, restarts or has just ended: it is rescaled the next time.
          System.out.println("not rescaled: " + e);
        }
      }
    }

    private void rescale() throws Exception {
      for (var job : cluster.listJobs().get(10, TimeUnit.SECONDS)) {
        if (job.getJobState() == JobStatus.RUNNING) {
          rescale(job.getJobId());
        }
      }
    }

    private void rescale(JobID job) throws Exception {
      JobResourceRequirements.Builder then = JobResourceRequirements.newBuilder();
      for (AccessExecutionJobVertex vertex :
          cluster.getExecutionGraph(job).get(10, TimeUnit.SECONDS).getVerticesTopologically()) {
        String name = vertex.getName();
        boolean alone = name.contains("ource") || name.contains("collected");
        then.setParallelismForJobVertex(
            vertex.getJobVertexId(), 1, alone ? 1 : 1 + random.nextInt(MOST_SUBTASKS));
      }
      cluster.updateJobResourceRequirements(job, then.build()).get(10, TimeUnit.SECONDS);
      done++;
    }
  }
}
