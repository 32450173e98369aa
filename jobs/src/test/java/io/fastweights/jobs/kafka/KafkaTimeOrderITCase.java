package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.Prediction;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Events of a topic in the order of their times, whatever partitions they come from. */
class KafkaTimeOrderITCase {
  private static final int EVENTS = 600;
  private static final int PARTITIONS = 2;
  private static final long STEP = 1000;
  private static final long LATENESS = 5000;

  private static final String TWO_KEYS =
      Visits.SCHEMA_JSON.replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]");

  private static final String JOB =
      """
      source: {kafka: {brokers: "%1$s", topic: pairs, start: earliest, max-lateness: 5s}}
      sink: {kafka: {brokers: "%1$s", topic: answers, transaction-timeout: 1min}}
      schema: schema.json
      fastweights: {batch-size: 16, cache-size: 1 kb}
      flink:
        parallelism.default: 2
        execution.checkpointing.interval: 200ms
        restart-strategy: {type: fixed-delay, fixed-delay: {attempts: 5, delay: 10ms}}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static Broker broker;

  @TempDir Path folder;

  /** Gives a test the options that a command would have. */
  static final class Options {
    @Mixin JobOptions job;
  }

  /**
   * An event.
   *
   * @param late its time and up to the allowed lateness: the place in its partition
   */
  private record Visit(long time, int user, long late, String json) {
    int partition() {
      return user % PARTITIONS;
    }
  }

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  private static List<Visit> visits() {
    SplittableRandom random = new SplittableRandom(5);
    return IntStream.range(0, EVENTS)
        .mapToObj(i -> visit(STEP * i, random.nextInt(7), random.nextInt(5), random))
        .toList();
  }

  private static Visit visit(long time, int user, int page, SplittableRandom random) {
    String json =
        String.format(
            Locale.ROOT,
            "{\"time\": %d, \"user\": \"u%d\", \"page\": \"p%d\", \"price\": %d, \"outcome\": %s}",
            time,
            user,
            page,
            random.nextInt(20),
            random.nextInt(5) == 0 ? null : (user + page) % 3 == 0 ? "\"buy\"" : "\"leave\"");
    return new Visit(time, user, time + random.nextLong(LATENESS), json);
  }

  private static List<ProducerRecord<byte[], byte[]>> messages(String topic, List<Visit> visits) {
    return visits.stream()
        .sorted(Comparator.comparingLong(Visit::late))
        .map(v -> message(topic, v.partition(), v.json()))
        .toList();
  }

  private static ProducerRecord<byte[], byte[]> message(String topic, int partition, String json) {
    return new ProducerRecord<>(topic, partition, null, json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Nothing ends the topic: later events let those before them go, after a failure those that come
   * then.
   */
  @Test
  void eventsOfTwoKeysAreAnsweredAsThoseOfAFileInOrderThroughFailures() throws Exception {
    broker.createTopics(PARTITIONS, "pairs", "answers", "answers.malformed");
    Path schema = Files.writeString(folder.resolve("schema.json"), TWO_KEYS);
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"), String.format(Locale.ROOT, JOB, broker.address()));
    JobConfig config = JobConfigReader.read(file, Map.of());
    List<Visit> visits = visits();
    Visit late = visit(STEP * EVENTS - 2 * LATENESS, 1, 1, new SplittableRandom(1));
    Set<Long> failing = Set.of(STEP * 350, STEP * 500);
    try (JobTarget target = JobTarget.embedded(options(config))) {
      JobClient job = start(target, config, new FailsOnce("pairs", failing));
      broker.send(messages("pairs", visits.subList(0, EVENTS / 2)));
      awaitCommitted(job, EVENTS / 2 - 20, null);
      broker.send(messages("pairs", visits.subList(EVENTS / 2, EVENTS)));
      Visit end = visit(2 * STEP * EVENTS, 1, 1, new SplittableRandom(1));
      sendToEach(end);
      broker.send(List.of(message("pairs", late.partition(), late.json())));
      awaitCommitted(job, EVENTS + 1, end);
      job.cancel().get(30, TimeUnit.SECONDS);
    }
    assertThat(FailsOnce.failures("pairs")).isEqualTo(failing.size());
    assertThat(committed("answers")).isEqualTo(ofFile(schema, visits));
    assertThat(broker.committed("answers.malformed"))
        .singleElement()
        .satisfies(
            letter ->
                assertThat(Visits.header(letter, DeadLetters.REASON))
                    .contains("1970-01-01T00:09:50Z", "source.kafka.max-lateness, 5 s"));
  }

  /** The events of a key are in both partitions. */
  @Test
  void eventsOfOneKeyComeFromSeveralPartitionsInOrder() throws Exception {
    broker.createTopics(PARTITIONS, "visits", "told", "told.malformed");
    Path schema = Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
    List<Visit> visits = visits();
    List<ProducerRecord<byte[], byte[]>> messages = new ArrayList<>();
    visits.stream()
        .sorted(Comparator.comparingLong(Visit::late))
        .forEach(v -> messages.add(message("visits", messages.size() % PARTITIONS, v.json())));
    broker.send(messages);
    String topics = "kafka://" + broker.address() + "/";
    run(
        "--events",
        topics + "visits",
        "--kafka-bounded",
        "--kafka-max-lateness",
        "5s",
        "--output",
        topics + "told",
        "--schema",
        schema.toString());
    assertThat(committed("told")).isEqualTo(ofFile(schema, visits));
    assertThat(broker.committed("told.malformed")).isEmpty();
  }

  private static void run(String... arguments) {
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .setOut(new PrintWriter(PrintWriter.nullWriter()))
            .execute(Stream.concat(Stream.of("run"), Stream.of(arguments)).toArray(String[]::new));
    assertThat(code).as(err.toString()).isZero();
  }

  /** Predictions of a file in the order of its times, by their times. */
  private Map<String, JsonNode> ofFile(Path schema, List<Visit> visits) throws Exception {
    Path events =
        Files.write(folder.resolve("events.jsonl"), visits.stream().map(Visit::json).toList());
    Path out = folder.resolve("out");
    run(
        "--events",
        events.toString(),
        "--output",
        out.toString(),
        "--format",
        "jsonl",
        "--schema",
        schema.toString());
    List<String> rows = new ArrayList<>();
    try (Stream<Path> parts = Files.walk(out.resolve("predictions"))) {
      for (Path part : parts.filter(Files::isRegularFile).toList()) {
        rows.addAll(Files.readAllLines(part));
      }
    }
    return byTime(rows);
  }

  private static Map<String, JsonNode> committed(String topic) throws Exception {
    List<String> rows = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> answer : broker.committed(topic)) {
      rows.add(new String(answer.value(), StandardCharsets.UTF_8));
    }
    return byTime(rows);
  }

  private static Map<String, JsonNode> byTime(List<String> rows) throws Exception {
    Map<String, JsonNode> byTime = new TreeMap<>();
    for (String row : rows) {
      JsonNode prediction = JSON.readTree(row);
      assertThat(byTime.put(prediction.get("time").asText(), prediction)).as(row).isNull();
    }
    assertThat(byTime).hasSize(EVENTS);
    return byTime;
  }

  private static org.apache.flink.configuration.Configuration options(JobConfig config) {
    Options options = new Options();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
    return options.job.job(config.options());
  }

  private static JobClient start(JobTarget target, JobConfig config, FailsOnce failures)
      throws Exception {
    Schema schema = SchemaJson.parse(TWO_KEYS);
    KafkaEvents source = KafkaEvents.of(config.source().kafka(), schema);
    EventPipeline pipeline = EventPipeline.build(target.environment(), source, schema, null);
    DataStream<Prediction<Event>> predictions =
        pipeline.predictions().map(failures).returns(pipeline.predictions().getType());
    PredictionRows rows =
        new PredictionRows(
            RowFormat.JSONL, source.columns(), schema, 2, false, false, source.json());
    new KafkaResults(config.sink().kafka())
        .write(
            new EventPipeline(predictions, pipeline.rejected(), null, null, null, null),
            rows,
            source.paths());
    return target.environment().executeAsync("pairs");
  }

  private static void sendToEach(Visit visit) throws Exception {
    broker.send(
        IntStream.range(0, PARTITIONS).mapToObj(p -> message("pairs", p, visit.json())).toList());
  }

  /**
   * Waits for predictions and dead letters.
   *
   * @param newest sent again and again, as a failure may have come after it was read; null for none
   */
  private static void awaitCommitted(JobClient job, int messages, Visit newest) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    for (int found = 0; found < messages; ) {
      Thread.sleep(200);
      if (newest != null) {
        sendToEach(newest);
      }
      found = broker.committed("answers").size() + broker.committed("answers.malformed").size();
      assertThat(job.getJobStatus().get().isGloballyTerminalState()).as("job ended").isFalse();
      assertThat(System.nanoTime()).as("%d of %d", found, messages).isLessThan(deadline);
    }
  }
}
