package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.metrics.FastWeightMetric;
import io.fastweights.operator.metrics.FastWeightMetric.Place;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that need a whole job: the refusal of BATCH execution, and the metrics. */
class FastWeightsJobITCase {
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(new Configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  private static StreamExecutionEnvironment environment() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
    env.setParallelism(1);
    return env;
  }

  private static void build(StreamExecutionEnvironment env, int trips) {
    FastWeightStream<Trip> stream =
        TestModel.ASSOCIATIVE
            .on(
                FastWeights.on(
                    env.fromData(Trips.stream(1, trips))
                        .returns(OperatorHarness.TRIP)
                        .keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 10)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .build();
    TestJobs.lines(stream).sinkTo(new DiscardingSink<>());
  }

  /** AUTOMATIC becomes BATCH, as the input is bounded. */
  @ParameterizedTest
  @EnumSource(
      value = RuntimeExecutionMode.class,
      names = {"BATCH", "AUTOMATIC"})
  void batchExecutionChosenAfterwardsFailsTheJobWithWhatToDo(RuntimeExecutionMode mode) {
    StreamExecutionEnvironment env = environment();
    build(env, 20);
    env.setRuntimeMode(mode);
    assertThatThrownBy(env::execute)
        .hasStackTraceContaining("fastweights runs in STREAMING execution")
        .hasStackTraceContaining("set execution.runtime-mode to STREAMING");
  }

  @Test
  void everythingTheOperatorDoesIsCounted() throws Exception {
    StreamExecutionEnvironment env = environment();
    build(env, 300);
    JobExecutionResult result = env.execute();
    Map<String, Metric> metrics = new TreeMap<>();
    METRICS
        .findMetrics(result.getJobID(), "\\.fastweights\\.")
        .forEach((name, metric) -> metrics.put(name.split("\\.fastweights\\.")[1], metric));

    assertThat(metrics.keySet())
        .containsExactlyInAnyOrderElementsOf(
            FastWeightMetric.of(Place.MEMORIES).stream().map(FastWeightMetric::path).toList());
    long malformed = count(metrics, "malformed");
    assertThat(malformed).isPositive();
    assertThat(count(metrics, "asked") + count(metrics, "observed") + malformed).isEqualTo(300);
    assertThat(((Histogram) metrics.get("batchSize")).getStatistics().getMax()).isEqualTo(10);
    assertThat(((Histogram) metrics.get("stepMicros")).getCount()).isPositive();
    assertThat(gauge(metrics, "cache.keys")).isEqualTo(11);
    assertThat(gauge(metrics, "cache.evictions")).isEqualTo(gauge(metrics, "cache.misses") - 11);
    assertThat(((Meter) metrics.get("eventsPerSecond")).getCount()).isEqualTo(300 - malformed);
    assertThat(gauge(metrics, "log.appends") + gauge(metrics, "log.folds")).isPositive();
  }

  private static long count(Map<String, Metric> metrics, String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  private static long gauge(Map<String, Metric> metrics, String name) {
    return ((Number) ((Gauge<?>) metrics.get(name)).getValue()).longValue();
  }
}
