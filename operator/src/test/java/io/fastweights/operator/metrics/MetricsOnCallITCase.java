package io.fastweights.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.metrics.FastWeightMetric.Place;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectClusterRESTAddress;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a running job, as an engineer on call sees them: by REST and in Prometheus. */
class MetricsOnCallITCase {
  private static final int TRIPS = 600;
  private static final String OPERATOR = "0.fast-weights.fastweights.";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PORT = freePort();

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(cluster())
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir Path folder;

  private JobClient job;

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Configuration cluster() {
    Configuration configuration = new Configuration();
    configuration.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(100));
    configuration.setString(
        "metrics.reporter.prom.factory.class",
        "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
    configuration.setString("metrics.reporter.prom.port", Integer.toString(PORT));
    return configuration;
  }

  /** The job answers so many trips, then its source waits for a checkpoint that never comes. */
  @BeforeEach
  void start() throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            TestJobs.configuration("rocksdb", folder));
    env.setParallelism(1);
    FastWeightStream<Trip> stream =
        TestModel.ASSOCIATIVE
            .on(FastWeights.on(TestJobs.trips(env, 1, 2 * TRIPS, TRIPS).keyBy(Trip::key)))
            .set(FastWeightOptions.BATCH_SIZE, 10)
            .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
            .set(FastWeightOptions.LINGER, Duration.ofMillis(5))
            .build();
    TestJobs.lines(stream).sinkTo(new DiscardingSink<>());
    job = env.executeAsync("on-call");
  }

  @AfterEach
  void stop() throws Exception {
    job.cancel().get();
  }

  private static String get(String address) throws Exception {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(address).isEqualTo(200);
    return response.body();
  }

  /** Asks again until all trips are counted. */
  private static Map<String, Double> awaitAll(Callable<Map<String, Double>> ask, String... counts)
      throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (true) {
      Map<String, Double> metrics = ask.call();
      double sum = 0;
      for (String count : counts) {
        sum += metrics.getOrDefault(count, 0.0);
      }
      if (sum == TRIPS || System.nanoTime() > deadline) {
        assertThat(sum).as("of %s", metrics).isEqualTo(TRIPS);
        return metrics;
      }
      Thread.sleep(100);
    }
  }

  /** Every metric of the operator's vertex, by the name behind the group. */
  private Map<String, Double> rest(URI cluster) throws Exception {
    String jobAddress = cluster + "/jobs/" + job.getJobID();
    Map<String, Double> values = new TreeMap<>();
    for (JsonNode vertex : JSON.readTree(get(jobAddress)).get("vertices")) {
      String address = jobAddress + "/vertices/" + vertex.get("id").textValue() + "/metrics";
      Set<String> names = new TreeSet<>();
      for (JsonNode metric : JSON.readTree(get(address))) {
        String name = metric.get("id").textValue();
        if (name.startsWith(OPERATOR)) {
          names.add(URLEncoder.encode(name, StandardCharsets.UTF_8));
        }
      }
      if (!names.isEmpty()) {
        for (JsonNode metric : JSON.readTree(get(address + "?get=" + String.join(",", names)))) {
          values.put(
              metric.get("id").textValue().substring(OPERATOR.length()),
              Double.valueOf(metric.get("value").textValue()));
        }
      }
    }
    return values;
  }

  @Test
  void theRestApiShowsEveryMetric(@InjectClusterRESTAddress URI cluster) throws Exception {
    Map<String, Double> metrics = awaitAll(() -> rest(cluster), "observed", "asked", "malformed");
    Set<String> names =
        metrics.keySet().stream()
            .map(name -> name.replaceAll("_(min|max|mean|median|stddev|p\\d+)$", ""))
            .collect(Collectors.toSet());
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            FastWeightMetric.of(Place.MEMORIES).stream().map(FastWeightMetric::path).toList());
    assertThat(metrics.get("batchSize_max")).isEqualTo(10);
    assertThat(metrics.get("recallErrorThousandths_max")).isPositive();
    assertThat(metrics.get("stepMicros_max")).isLessThanOrEqualTo(metrics.get("flushMicros_max"));
    assertThat(metrics.get("cache.slots")).isEqualTo(11);
    assertThat(metrics.get("cache.hits") + metrics.get("cache.misses"))
        .isBetween(metrics.get("observed") + metrics.get("asked"), (double) TRIPS);
    assertThat(metrics.get("log.bytes")).isPositive();
  }

  /** The reporter's page as samples: a histogram's by its median. */
  private static Map<String, Double> prometheus() throws Exception {
    Map<String, Double> values = new TreeMap<>();
    Matcher sample =
        Pattern.compile(
                "^(flink_taskmanager_job_task_operator_fastweights_\\w+)\\{([^}]*)} (\\S+)$",
                Pattern.MULTILINE)
            .matcher(get("http://localhost:" + PORT + "/metrics"));
    while (sample.find()) {
      assertThat(sample.group(2))
          .contains("job_name=\"on_call\"", "operator_name=\"fast_weights\"");
      boolean quantile = sample.group(2).contains("quantile=");
      if (!quantile || sample.group(2).contains("quantile=\"0.5\"")) {
        values.put(sample.group(1), Double.valueOf(sample.group(3)));
      }
    }
    return values;
  }

  @Test
  void thePrometheusReporterHasEveryMetricUnderTheDashboardsName() throws Exception {
    Map<String, Double> metrics =
        awaitAll(
            MetricsOnCallITCase::prometheus,
            FastWeightMetric.OBSERVED.prometheus(),
            FastWeightMetric.ASKED.prometheus(),
            FastWeightMetric.MALFORMED.prometheus());
    for (FastWeightMetric metric : FastWeightMetric.of(Place.MEMORIES)) {
      boolean histogram = metric.kind() == FastWeightMetric.Kind.HISTOGRAM;
      assertThat(metrics).containsKey(metric.prometheus());
      assertThat(metrics.containsKey(metric.prometheus() + "_count")).isEqualTo(histogram);
    }
    metrics.keySet().removeIf(name -> name.endsWith("_count"));
    assertThat(metrics).hasSize(FastWeightMetric.of(Place.MEMORIES).size());
  }
}
