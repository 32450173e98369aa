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
import io.fastweights.jobs.values.StubRegistry;
import io.fastweights.operator.api.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
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

/** Whole jobs from a real broker to a real broker. */
class KafkaJobITCase {
  private static final String JOB =
      """
      source:
        kafka: {brokers: "%1$s", topic: in, group: shop, start: earliest, columns: [shop]}
      sink:
        kafka:
          brokers: "%1$s"
          topic: out
          dead-letter-topic: dead
          transaction-timeout: 1min
      schema: schema.json
      flink:
        parallelism.default: 2
        execution.checkpointing.interval: 200ms
        restart-strategy: {type: fixed-delay, fixed-delay: {attempts: 5, delay: 10ms}}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PER_ROUND = 320;
  private static final int ROUNDS = 3;

  private static Broker broker;

  @TempDir Path folder;

  /** Gives a test the options that a command would have. */
  static final class Options {
    @Mixin JobOptions job;
  }

  @BeforeAll
  static void startBroker() throws Exception {
    broker = new Broker();
  }

  @AfterAll
  static void stopBroker() throws Exception {
    broker.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void everyPredictionIsCommittedOnceWithItsBitsThroughFailures() throws Exception {
    broker.createTopics(3, "in", "out", "dead");
    Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
    Path file =
        Files.writeString(
            folder.resolve("job.yaml"),
            String.format(Locale.ROOT, JOB, broker.address()) + Visits.MEMORIES);
    JobConfig config = JobConfigReader.read(file, Map.of());
    Set<Long> failing = Set.of(PER_ROUND + 150L, PER_ROUND + 300L, 2 * PER_ROUND + 210L);
    try (JobTarget target = JobTarget.embedded(options(config))) {
      JobClient job = start(target, config, new FailsOnce("once", failing));
      for (int round = 0; round < ROUNDS; round++) {
        broker.send(Visits.messages("in", round * PER_ROUND, (round + 1) * PER_ROUND));
        awaitCommitted(job, (round + 1) * PER_ROUND);
      }
      job.cancel().get(30, TimeUnit.SECONDS);
    }
    assertThat(FailsOnce.failures("once")).isEqualTo(failing.size());
    Visits.checkPredictions(broker.committed("out"), ROUNDS * PER_ROUND);
    Visits.checkDeadLetters(broker.committed("dead"), "in", ROUNDS * PER_ROUND);
  }

  private static org.apache.flink.configuration.Configuration options(JobConfig config) {
    Options options = new Options();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
    return options.job.job(config.options());
  }

  private static JobClient start(JobTarget target, JobConfig config, FailsOnce failures)
      throws Exception {
    KafkaEvents source = KafkaEvents.of(config.source().kafka(), Visits.SCHEMA);
    EventPipeline pipeline = EventPipeline.build(target.environment(), source, Visits.SCHEMA, null);
    DataStream<Prediction<Event>> predictions =
        pipeline.predictions().map(failures).returns(pipeline.predictions().getType());
    PredictionRows rows =
        new PredictionRows(
            RowFormat.JSONL, source.columns(), Visits.SCHEMA, 2, false, false, source.json());
    new KafkaResults(config.sink().kafka())
        .write(
            new EventPipeline(predictions, pipeline.rejected(), null, null, null, null),
            rows,
            source.paths());
    return target.environment().executeAsync("once");
  }

  private static void awaitCommitted(JobClient job, int messages) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    for (int found = 0; found < messages; ) {
      Thread.sleep(200);
      found = broker.committed("out").size() + broker.committed("dead").size();
      assertThat(job.getJobStatus().get().isGloballyTerminalState()).as("job ended").isFalse();
      assertThat(System.nanoTime()).as("%d of %d", found, messages).isLessThan(deadline);
    }
  }

  @Test
  void aCommandReadsAvroToTheEndOfItsTopicAndWritesToAnother() throws Exception {
    broker.createTopics(2, "avro", "answers", "answers.malformed");
    String avro =
        """
        {"type": "record", "name": "Visit", "fields": [
          {"name": "time", "type": {"type": "long", "logicalType": "timestamp-micros"}},
          {"name": "user", "type": "string"}, {"name": "page", "type": ["null", "string"]},
          {"name": "price", "type": "double"}, {"name": "outcome", "type": ["null", "string"]},
          {"name": "tags", "type": {"type": "array", "items": "string"}}]}
        """;
    Path avroFile = Files.writeString(folder.resolve("visit.avsc"), avro);
    Path schema = Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
    byte[] good = visit(avro, 5_000_000L, "u", "p", 3.5, "buy");
    byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);
    byte[] huge = {2, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    broker.send(
        Stream.of(good, visit(avro, 6_000_000L, "u", null, 4, null), cut, huge, null)
            .map(value -> new ProducerRecord<>("avro", 0, bytes("u"), value))
            .toList());
    String topic = "kafka://" + broker.address() + "/";
    StringWriter err = new StringWriter();
    Path figures = folder.resolve("figures.json");
    int code =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .setOut(new PrintWriter(PrintWriter.nullWriter()))
            .execute(
                "run",
                "--events",
                topic + "avro",
                "--kafka-bounded",
                "--max-malformed",
                "3",
                "--output",
                topic + "answers",
                "--kafka-avro-schema",
                avroFile.toString(),
                "--schema",
                schema.toString(),
                "--json",
                figures.toString());
    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    JsonNode counted = JSON.readTree(figures.toFile());
    assertThat(counted.get("observed").asInt()).isEqualTo(1);
    assertThat(counted.get("asked").asInt()).isEqualTo(1);
    assertThat(counted.get("malformed").asInt()).isEqualTo(3);
    JsonNode answer = JSON.readTree(broker.committed("answers").get(0).value());
    assertThat(answer.get("time").asText()).isEqualTo("1970-01-01T00:00:05Z");
    assertThat(answer.get("tags").toString()).isEqualTo("[\"a\"]");
    assertThat(answer.get("price").isNumber()).isTrue();
    assertThat(broker.committed("answers.malformed"))
        .extracting(record -> Visits.header(record, DeadLetters.REASON))
        .anyMatch(reason -> reason.contains("no value"))
        .filteredOn(reason -> reason.startsWith("the value is no Avro record"))
        .hasSize(2);
  }

  /**
   * Writers of three formats, one of which has changed its schema, with keys and times of Kafka.
   */
  @Test
  void aCommandReadsWhatASchemaRegistryDescribes() throws Exception {
    broker.createTopics(1, "registered", "told", "told.malformed");
    Path schema =
        Files.writeString(
            folder.resolve("schema.json"),
            Visits.SCHEMA_JSON.replace(
                "\"key\": \"user\", \"time\": \"time\"",
                "\"key\": \"kafka.key\", \"time\": \"kafka.timestamp\""));
    String avro = "{\"type\": \"record\", \"name\": \"Visit\", \"fields\": [%s]}";
    String page = "{\"name\": \"page\", \"type\": \"string\"}";
    String price = "{\"name\": \"price\", \"type\": \"double\"}";
    String outcome = "{\"name\": \"outcome\", \"type\": [\"null\", \"string\"], \"default\": null}";
    try (StubRegistry registry = new StubRegistry()) {
      registry.put(
          "ids/1", null, String.format(Locale.ROOT, avro, page + "," + price + "," + outcome));
      String newest = String.format(Locale.ROOT, avro, outcome + "," + price + "," + page);
      registry.put("ids/2", "AVRO", newest);
      registry.putVersion("registered-value", "latest", "AVRO", newest);
      registry.put("ids/3", "JSON", "{\"type\": \"object\"}");
      byte[] good =
          "{\"page\": \"p3\", \"price\": 3, \"outcome\": \"buy\"}".getBytes(StandardCharsets.UTF_8);
      broker.send(
          Stream.of(
                  registered(1, 4, 'p', '1', 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 2, 6, 'b', 'u', 'y'),
                  registered(2, 2, 6, 'b', 'u', 'y', 0, 0, 0, 0, 0, 0, 0, 0x40, 4, 'p', '2'),
                  registered(3, good),
                  registered(4, 2, 'x'))
              .map(value -> new ProducerRecord<>("registered", 0, 7000L, bytes("ü"), value))
              .toList());
      String topic = "kafka://" + broker.address() + "/";
      StringWriter err = new StringWriter();
      int code =
          Main.commandLine()
              .setErr(new PrintWriter(err))
              .setOut(new PrintWriter(PrintWriter.nullWriter()))
              .execute(
                  "run",
                  "--events",
                  topic + "registered",
                  "--kafka-bounded",
                  "--kafka-schema-registry",
                  registry.url(),
                  "--output",
                  topic + "told",
                  "--schema",
                  schema.toString());
      assertThat(err.toString()).isEmpty();
      assertThat(code).isZero();
    }
    List<String> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> told : broker.committed("told")) {
      JsonNode value = JSON.readTree(told.value());
      values.add(
          value.get("page").asText()
              + " "
              + value.get("price")
              + " "
              + value.get("kafka.key").asText()
              + " "
              + value.get("kafka.timestamp").asText());
    }
    assertThat(values)
        .containsExactly(
            "p1 1.0 ü 1970-01-01T00:00:07Z",
            "p2 2.0 ü 1970-01-01T00:00:07Z",
            "p3 3 ü 1970-01-01T00:00:07Z");
    assertThat(broker.committed("told.malformed"))
        .extracting(record -> Visits.header(record, DeadLetters.REASON))
        .containsExactly("schema ids/4 of the schema registry is not there");
  }

  /** The same event before and after a tombstone meets the same empty memory and no ratings. */
  @Test
  void aTombstoneEmptiesTheMemoryOfItsKey() throws Exception {
    broker.createTopics(1, "compacted", "since", "since.malformed");
    Files.writeString(
        folder.resolve("schema.json"),
        Visits.SCHEMA_JSON.replace("\"key\": \"user\"", "\"key\": \"kafka.key\""));
    Path config =
        Files.writeString(
            folder.resolve("job.yaml"),
            String.format(
                Locale.ROOT,
                """
                source: {kafka: {brokers: "%1$s", topic: compacted, bounded: true, tombstones: forget}}
                sink: {kafka: {brokers: "%1$s", topic: since}}
                schema: schema.json
                anomalies: true
                """,
                broker.address()));
    byte[] visit = bytes("{\"time\": 7, \"page\": \"p\", \"price\": 3, \"outcome\": \"buy\"}");
    broker.send(
        Stream.of(visit, visit, null, visit)
            .map(value -> new ProducerRecord<>("compacted", 0, bytes("u"), value))
            .toList());
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(PrintWriter.nullWriter()))
            .execute("run", "--config", config.toString());
    assertThat(code).isZero();
    List<String> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> answer : broker.committed("since")) {
      answers.add(new String(answer.value(), StandardCharsets.UTF_8));
    }
    assertThat(answers).hasSize(3);
    assertThat(answers.get(2)).isEqualTo(answers.get(0)).isNotEqualTo(answers.get(1));
    assertThat(broker.committed("since.malformed")).isEmpty();
  }

  /** A value behind the number of its schema. */
  private static byte[] registered(int id, int... value) {
    byte[] bytes = new byte[value.length];
    for (int i = 0; i < value.length; i++) {
      bytes[i] = (byte) value[i];
    }
    return registered(id, bytes);
  }

  private static byte[] registered(int id, byte[] value) {
    return ByteBuffer.allocate(5 + value.length).put((byte) 0).putInt(id).put(value).array();
  }

  private static byte[] visit(
      String schema, long micros, String user, String page, double price, String outcome)
      throws Exception {
    org.apache.avro.Schema parsed = new org.apache.avro.Schema.Parser().parse(schema);
    GenericRecord record = new GenericData.Record(parsed);
    record.put("time", micros);
    record.put("user", user);
    record.put("page", page);
    record.put("price", price);
    record.put("outcome", outcome);
    record.put("tags", List.of("a"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(parsed).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void namesATopicThatIsNotThere() throws Exception {
    Path schema = Files.writeString(folder.resolve("schema.json"), Visits.SCHEMA_JSON);
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .execute(
                "run",
                "--events",
                "kafka://" + broker.address() + "/nowhere",
                "--output",
                folder.resolve("out").toString(),
                "--schema",
                schema.toString());
    assertThat(err.toString()).contains("has no topic nowhere");
    assertThat(code).isEqualTo(1);
  }
}
