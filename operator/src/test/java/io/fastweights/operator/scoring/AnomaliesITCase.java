package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.simulation.Saboteur;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.JobResults;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that rate errors; the statistics of each key are state beside its memory. */
class AnomaliesITCase {
  /** About 110 answers with a known target for each of the busy keys. */
  private static final int TRIPS = 4500;

  private static final int PER_CHECKPOINT = 1500;

  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  @Test
  void twoFailuresDoNotChangeTheBits() throws Exception {
    long seed = Seeds.seed(97);
    String run = "anomalies, " + Seeds.replay(seed);
    List<String> expected =
        rate(
            TestJobs.checkpointing("hashmap", folder, 1, false, false),
            seed,
            run + ", intact",
            false);
    List<String> lines =
        rate(TestJobs.checkpointing("rocksdb", folder, 3, true, true), seed, run, true);

    assertThat(Answers.sorted(lines)).as(run).isEqualTo(Answers.sorted(expected));
    assertThat(lines)
        .as("keys with enough errors for a score, " + run)
        .anyMatch(line -> score(line) > 0);
    assertThat(Saboteur.failures(run)).as(run).containsExactly("before", "behind");
    assertThat(Saboteur.restored(run)).as("restored from checkpoints, " + run).isNotEmpty();
  }

  /**
   * @param fails true if the job fails before the operators and then behind them
   */
  private static List<String> rate(
      StreamExecutionEnvironment env, long seed, String run, boolean fails) throws Exception {
    // The source waits for a checkpoint before either point.
    long before = fails ? PER_CHECKPOINT + 777 : Long.MAX_VALUE;
    long behind = fails ? 2 * PER_CHECKPOINT + 777 : Long.MAX_VALUE;
    DataStream<Trip> trips =
        Saboteur.before(TestJobs.trips(env, seed, TRIPS, PER_CHECKPOINT), run, before);
    FastWeightStream<Trip> stream =
        TestModel.ASSOCIATIVE
            .on(FastWeights.on(trips.keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 64)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.FALSE_ALARM_RATE, 0.01)
            .uid("memories")
            .build();
    DataStream<Anomaly<Trip>> rated =
        stream
            .anomalies()
            .map(
                new Saboteur<Anomaly<Trip>>(
                    run, "behind", behind, anomaly -> anomaly.prediction().event().id))
            .returns(Anomaly.type(OperatorHarness.TRIP));
    return JobResults.of(rated.map(AnomaliesITCase::line).returns(Types.STRING), run);
  }

  private static String line(Anomaly<Trip> rated) {
    return String.format(
        Locale.ROOT,
        "%s rated %016x %s",
        Answers.of(rated.prediction()),
        Double.doubleToLongBits(rated.anomaly()),
        rated.isAnomaly());
  }

  private static double score(String line) {
    return Double.longBitsToDouble(
        Long.parseUnsignedLong(line.split(" rated ")[1].split(" ")[0], 16));
  }
}
