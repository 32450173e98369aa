package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
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
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
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
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** Whole jobs from a real broker to a real broker. */
class KafkaJobITCase {
  private static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [
         {"name": "page", "encoder": "hashed", "buckets": 16},
         {"name": "price", "encoder": "numeric", "mean": 10, "deviation": 5}],
       "target": {"name": "outcome", "encoder": "class", "classes": ["buy", "leave"]}}
      """;

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
      fastweights:
        batch-size: 16
        cache-size: 1 kb
        associative: {key-dim: 8, betas: [0.5, 0.25], seed: 3}
      flink:
        parallelism.default: 2
        execution.checkpointing.interval: 200ms
        restart-strategy: {type: fixed-delay, fixed-delay: {attempts: 5, delay: 10ms}}
      """;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final String TRACE = "trace";
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

  /** Whether the message at a place is no event. */
  private static boolean isPoison(int place) {
    return place % 40 == 7;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ProducerRecord<byte[], byte[]> message(int place) {
    SplittableRandom random = new SplittableRandom(place);
    String user = "u" + random.nextInt(30);
    String outcome = List.of("\"buy\"", "\"leave\"", "null").get(random.nextInt(3));
    byte[] value =
        bytes(
            "{\"time\": %d, \"user\": \"%s\", \"page\": \"p%d\", \"price\": %d, \"outcome\": %s, \"shop\": \"s\"}"
                .formatted(place, user, random.nextInt(9), random.nextInt(20), outcome));
    if (isPoison(place)) {
      value =
          List.of(bytes("{\"time\":"), new byte[] {'"', (byte) 0xff}, bytes("{}")).get(place % 3);
    }
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>("in", null, 1_000_000L + place, bytes(user), value);
    record.headers().add(TRACE, bytes(Integer.toString(place)));
    return record;
  }

  private static List<ProducerRecord<byte[], byte[]>> messages(int from, int to) {
    return Stream.iterate(from, i -> i + 1).limit(to - from).map(KafkaJobITCase::message).toList();
  }

  private static int trace(ConsumerRecord<byte[], byte[]> record) {
    return Integer.parseInt(header(record, TRACE));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Test
  void everyPredictionIsCommittedOnceWithItsBitsThroughFailures() throws Exception {
    broker.createTopics(3, "in", "out", "dead");
    Files.writeString(folder.resolve("schema.json"), SCHEMA);
    Path file = Files.writeString(folder.resolve("job.yaml"), JOB.formatted(broker.address()));
    JobConfig config = JobConfigReader.read(file, Map.of());
    Schema schema = SchemaJson.parse(SCHEMA);
    Set<Long> failing = Set.of(PER_ROUND + 150L, PER_ROUND + 300L, 2 * PER_ROUND + 210L);
    try (JobTarget target = JobTarget.embedded(options(config))) {
      JobClient job = start(target, config, schema, new FailsOnce("once", failing));
      for (int round = 0; round < ROUNDS; round++) {
        broker.send(messages(round * PER_ROUND, (round + 1) * PER_ROUND));
        awaitCommitted(job, (round + 1) * PER_ROUND);
      }
      job.cancel().get(30, TimeUnit.SECONDS);
    }
    assertThat(FailsOnce.failures("once")).isEqualTo(failing.size());
    checkPredictions(schema);
    checkDeadLetters();
  }

  private static org.apache.flink.configuration.Configuration options(JobConfig config) {
    Options options = new Options();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs();
    return options.job.job(config.options());
  }

  private static JobClient start(
      JobTarget target, JobConfig config, Schema schema, FailsOnce failures) throws Exception {
    KafkaEvents source = KafkaEvents.of(config.source().kafka(), schema);
    EventPipeline pipeline = EventPipeline.build(target.environment(), source, schema, null);
    DataStream<Prediction<Event>> predictions =
        pipeline.predictions().map(failures).returns(pipeline.predictions().getType());
    PredictionRows rows = new PredictionRows(RowFormat.JSONL, source.columns(), schema.target(), 2);
    new KafkaResults(config.sink().kafka())
        .write(new EventPipeline(predictions, pipeline.rejected()), rows, source.paths());
    return target.environment().executeAsync("once");
  }

  private static void awaitCommitted(JobClient job, int messages) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    while (broker.committed("out").size() + broker.committed("dead").size() < messages) {
      assertThat(job.getJobStatus().get().isGloballyTerminalState()).as("job ended").isFalse();
      assertThat(System.nanoTime()).as("waiting for %d", messages).isLessThan(deadline);
      Thread.sleep(200);
    }
  }

  private static void checkPredictions(Schema schema) throws Exception {
    List<String> columns = new ArrayList<>(schema.columns());
    columns.add("shop");
    AssociativeMemory model =
        new AssociativeMemory(8, 2, 2, new float[] {0.5f, 0.25f}, Normalisation.UNIT);
    Expected expected = new Expected(schema, columns, model, 3);
    List<ConsumerRecord<byte[], byte[]>> found = broker.committed("out");
    found.sort(java.util.Comparator.comparingInt(KafkaJobITCase::trace));
    List<Integer> places =
        Stream.iterate(0, i -> i + 1)
            .limit(ROUNDS * PER_ROUND)
            .filter(place -> !isPoison(place))
            .toList();
    assertThat(found.stream().map(KafkaJobITCase::trace)).isEqualTo(places);
    for (ConsumerRecord<byte[], byte[]> record : found) {
      ProducerRecord<byte[], byte[]> sent = message(trace(record));
      assertThat(record.key()).isEqualTo(sent.key());
      assertThat(record.timestamp()).isEqualTo(sent.timestamp());
      JsonNode value = JSON.readTree(record.value());
      assertThat(value.get("shop").asText()).isEqualTo("s");
      float[] answer = expected.answer(sent.value());
      assertThat(number(value, "p_buy")).as("%s", value).isEqualTo(Float.valueOf(answer[0]));
      assertThat(number(value, "p_leave")).as("%s", value).isEqualTo(Float.valueOf(answer[1]));
      assertThat(number(value, "recall_error")).as("%s", value).isEqualTo(Float.valueOf(answer[2]));
    }
  }

  private static Float number(JsonNode value, String name) {
    return value.get(name).isNull() ? Float.NaN : value.get(name).decimalValue().floatValue();
  }

  private static void checkDeadLetters() {
    List<ConsumerRecord<byte[], byte[]>> dead = broker.committed("dead");
    Set<Integer> traces = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : dead) {
      assertThat(traces.add(trace(record))).as("only once").isTrue();
      ProducerRecord<byte[], byte[]> sent = message(trace(record));
      assertThat(record.key()).isEqualTo(sent.key());
      assertThat(record.value()).isEqualTo(sent.value());
      assertThat(record.timestamp()).isEqualTo(sent.timestamp());
      assertThat(header(record, DeadLetters.TOPIC)).isEqualTo("in");
      assertThat(header(record, DeadLetters.PARTITION)).isNotNull();
      assertThat(header(record, DeadLetters.OFFSET)).isNotNull();
      assertThat(header(record, DeadLetters.REASON))
          .isIn(
              "the key is missing",
              "the value is not UTF-8",
              "the line is not JSON: Unexpected end-of-input within/between Object entries");
    }
    assertThat(traces)
        .isEqualTo(
            Stream.iterate(7, place -> place + 40)
                .limit(ROUNDS * PER_ROUND / 40)
                .collect(java.util.stream.Collectors.toSet()));
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
    Path schema = Files.writeString(folder.resolve("schema.json"), SCHEMA);
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
    assertThat(answer.get("tags").asText()).isEqualTo("[\"a\"]");
    assertThat(broker.committed("answers.malformed"))
        .extracting(record -> header(record, DeadLetters.REASON))
        .anyMatch(reason -> reason.contains("no value"))
        .filteredOn(reason -> reason.startsWith("the value is no Avro record"))
        .hasSize(2);
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
    Path schema = Files.writeString(folder.resolve("schema.json"), SCHEMA);
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
