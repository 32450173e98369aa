package io.fastweights.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.traces.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs in event time whose predictions are scored, and the metrics that they have. */
class MetricsDocumentationITCase {
  private static final Path METRICS_MD =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "metrics.md");
  private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();
  private static final List<Field> USER = List.of(new Field.Hashed("user", 16));

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(reporters())
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  private static Configuration reporters() {
    Configuration configuration = METRICS.addToConfiguration(new Configuration());
    configuration.setString("traces.reporter.kept.factory.class", KeptSpans.class.getName());
    return configuration;
  }

  private static Map<String, Metric> run(Schema schema, EventReader<Trip> reader) throws Exception {
    boolean refreshed = !(schema.target() instanceof Target.Item);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration()
                .set(PipelineOptions.GENERIC_TYPES, false)
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMinutes(1)));
    env.setParallelism(1);
    FastWeightStream<Trip> stream =
        FastWeights.on(
                env.fromData(OperatorHarness.TRIP, Trips.stream(3, 200).toArray(Trip[]::new))
                    .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Trip>forMonotonousTimestamps()
                            .withTimestampAssigner((trip, before) -> trip.time))
                    .keyBy(Trip::key))
            .schema(schema, reader)
            .eventTime(Duration.ofDays(2))
            .refresh(
                refreshed
                    ? env.fromData(ModelUpdate.type(), ModelUpdate.of("file:///nowhere", 1))
                    : null)
            .build();
    stream.predictions().sinkTo(new DiscardingSink<>());
    stream.drift().sinkTo(new DiscardingSink<>());
    stream.anomalies().sinkTo(new DiscardingSink<>());
    Map<String, Metric> metrics = new TreeMap<>();
    METRICS
        .findMetrics(env.execute().getJobID(), "\\.fastweights\\.")
        .forEach((name, metric) -> metrics.put(name.split("\\.fastweights\\.")[1], metric));
    return metrics;
  }

  private static double gauge(Map<String, Metric> metrics, String name) {
    return ((Number) ((Gauge<?>) metrics.get(name)).getValue()).doubleValue();
  }

  @Test
  void everyMetricIsDocumentedAndNoOther() throws Exception {
    Map<String, Metric> classes = run(Trips.schema(), Trips::read);
    Map<String, Metric> binary =
        run(
            Schema.of(USER, new Target.Binary("late")),
            (trip, event) -> event.set(0, trip.user).target(trip.id % 3 == 0 ? 1 : 0));
    Map<String, Metric> numbers =
        run(
            Schema.of(USER, new Target.Number("minutes", 10, 5)),
            (trip, event) -> event.set(0, trip.user).target(trip.id % 20));
    Map<String, Metric> items = run(Trips.items(), Trips::readItems);

    long scored =
        ((Counter) classes.get("labels.unasked")).getCount()
            + ((Counter) classes.get("labels.answered")).getCount();
    assertThat(scored).isPositive();
    assertThat(scored).isEqualTo(((Counter) classes.get("observed")).getCount());
    assertThat(((Counter) classes.get("anomaliesRated")).getCount()).isEqualTo(scored);
    assertThat(((Counter) classes.get("models.refused")).getCount()).isEqualTo(1);
    assertThat(gauge(classes, "model.version")).isZero();
    assertThat(gauge(classes, "engine.fallback")).isZero();
    assertThat(gauge(classes, "prequential.logLoss")).isBetween(0.3, 5.0);
    assertThat(gauge(classes, "prequential.accuracyWindow")).isBetween(0.1, 0.9);
    assertThat(gauge(binary, "prequential.aucWindow")).isBetween(0.3, 0.7);
    assertThat(gauge(binary, "prequential.calibrationErrorWindow")).isBetween(0.0, 0.7);
    assertThat(gauge(numbers, "prequential.absoluteErrorFaded")).isBetween(2.0, 10.0);
    assertThat(gauge(items, "prequential.reciprocalRank")).isBetween(0.05, 0.9);
    assertThat(gauge(items, "prequential.recallAtKWindow")).isBetween(0.3, 1.0);

    TreeSet<String> registered = new TreeSet<>(classes.keySet());
    registered.addAll(binary.keySet());
    registered.addAll(numbers.keySet());
    registered.addAll(items.keySet());
    TreeSet<String> documented = new TreeSet<>();
    Pattern.compile("(?m)^\\| `([^`]+)` \\|")
        .matcher(Files.readString(METRICS_MD).split("## Traces")[0])
        .results()
        .forEach(row -> documented.add(row.group(1)));
    assertThat(documented).isEqualTo(registered);
  }

  /** The checkpoint at the end saves what was learned. */
  @Test
  void aCheckpointHasASpanOfTheMemoriesThatItSaved() throws Exception {
    KeptSpans.SPANS.clear();
    run(Trips.schema(), Trips::read);
    List<Span> saves =
        KeptSpans.SPANS.stream().filter(span -> span.getName().equals("SaveMemories")).toList();
    assertThat(saves).isNotEmpty();
    assertThat(saves)
        .anySatisfy(
            span -> {
              assertThat((long) span.getAttributes().get("checkpointId")).isPositive();
              assertThat((long) span.getAttributes().get("logChunks")).isPositive();
              assertThat((long) span.getAttributes().get("logBytes")).isPositive();
              assertThat(span.getEndTsMillis()).isGreaterThanOrEqualTo(span.getStartTsMillis());
            });
  }
}
