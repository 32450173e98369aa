package io.fastweights.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A job as a YAML file: errors in it are reported before anything runs. */
class RunConfigTest extends CommandTest {
  private static final String EVENTS =
      """
      time,user,page,price,outcome
      1,u1,p,3,buy
      2,u1,p,4,
      3,u2,p,5,leave
      """;

  private static final String JOB =
      """
      name: shop
      source:
        files: events.csv
      sink:
        files: {folder: out, format: jsonl}
      schema: schema.json
      fastweights:
        batch-size: 2
        cache-size: 1 kb
      flink:
        parallelism.default: 1
        execution:
          checkpointing.interval: 1 s
      """;

  @BeforeEach
  void writeFiles() throws Exception {
    file("job/events.csv", EVENTS);
    file("job/schema.json", SCHEMA);
  }

  private Path job(String text) throws Exception {
    return file("job/job.yaml", text);
  }

  private void refused(String text, String... parts) throws Exception {
    Result result = execute("run", "--config", job(text));
    assertThat(result.err()).startsWith("fastweights: ").contains(parts);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(folder.resolve("job/out")).doesNotExist();
  }

  @Test
  void refusesWeightsBelowNoRootOrOfAnotherPin() throws Exception {
    WeightsFile.write(TrainedWeights.over(SCHEMA), folder.resolve("job/w.safetensors"));
    String job = JOB.replace("schema: schema.json", "weights: w.safetensors");
    refused(
        job.replace("batch-size: 2", "weights.roots: /models"),
        "job/w.safetensors is no file below [file:/models] (fastweights.weights.roots)");
    refused(
        job.replace("batch-size: 2", "weights.sha256: " + "ab".repeat(32)),
        "w.safetensors has the SHA-256 ",
        "(fastweights.weights.sha256)");
  }

  @Test
  void refusesEventsAndSchemasBelowNoRoot() throws Exception {
    String elsewhere = "data.roots: /elsewhere";
    refused(
        JOB.replace("batch-size: 2", elsewhere),
        "job/schema.json is no file below [file:/elsewhere] (fastweights.data.roots)");
    Path root = Files.createDirectories(folder.resolve("job/data"));
    Files.copy(folder.resolve("job/schema.json"), root.resolve("schema.json"));
    Files.createSymbolicLink(root.resolve("events.csv"), folder.resolve("job/events.csv"));
    String job =
        JOB.replace("batch-size: 2", "data.roots: " + root)
            .replace("schema.json", "data/schema.json");
    refused(job, "job/events.csv is no file below ", "(fastweights.data.roots)");
    refused(job.replace("events.csv", "data"), "data/events.csv is no file below ");
    Files.delete(root.resolve("events.csv"));
    Files.copy(folder.resolve("job/events.csv"), root.resolve("events.csv"));
    Result result = execute("run", "--config", job(job.replace("events.csv", "data")));
    assertThat(result.err()).isEmpty();
  }

  @Test
  void runsAJobWhoseFilesStandBesideIt() throws Exception {
    Result result = execute("run", "--config", job(JOB));
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(lines(folder.resolve("job/out/predictions"))).hasSize(3);
  }

  @Test
  void letsFlagsWinOverTheFile() throws Exception {
    Path events =
        file("other.jsonl", "{\"time\": 5, \"user\": \"u\", \"page\": \"p\", \"price\": 1}");
    Path out = folder.resolve("elsewhere");
    Path figures = folder.resolve("figures.json");
    Result result =
        execute(
            "run",
            "--config",
            job(JOB),
            "--events",
            events,
            "--output",
            out,
            "--format",
            "csv",
            "--json",
            figures);
    assertThat(result.err()).isEmpty();
    assertThat(new ObjectMapper().readTree(figures.toFile()).get("asked").asInt()).isEqualTo(1);
    List<String> lines = lines(out.resolve("predictions"));
    assertThat(lines.get(0)).startsWith("time,user,page,price,");
    assertThat(folder.resolve("job/out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "format: jsonl | frmat: jsonl | unknown key 'sink.files.frmat'; did you mean format?",
        "files: events.csv | file: events.csv | unknown key 'source.file'; did you mean files?",
        "schema: | shema: | unknown key 'shema'; did you mean schema?",
        "batch-size | batchsize | unknown option 'fastweights.batchsize'; did you mean"
            + " fastweights.batch-size?",
        "checkpointing.interval | checkpointing.intervall | did you mean"
            + " execution.checkpointing.interval?",
        "interval: 1 s | interval: soon | execution.checkpointing.interval cannot be 'soon'",
        "format: jsonl | format: xml | sink.files.format cannot be 'xml', must be one of csv, jsonl",
        "batch-size: 2 | batch-size: 0 | fastweights.batch-size is 0, must be at least 1",
        "batch-size: 2 | batch-size: many | fastweights.batch-size cannot be 'many'",
        "files: events.csv | files: none.csv | no such file or folder",
        "files: events.csv | kafka: {topic: t} | source.kafka.brokers is missing",
        "parallelism.default: 1 | execution.runtime-mode: BATCH | in STREAMING",
        "name: shop | refresh: {} | refresh must have kafka",
        "name: shop | refresh: {kafka: {brokers: b}} | refresh.kafka.topic is missing",
        "name: shop | refresh: {kafka: {topic: t}} | refresh.kafka.brokers is missing",
        "name: shop | refresh: {kafka: {brokers: b, topics: t}} | unknown key"
            + " 'refresh.kafka.topics'; did you mean topic?",
        "name: shop | refresh: {kafka: {brokers: b, topic: t, refused-topic: t}} |"
            + " refresh.kafka.refused-topic is t, must not be the topic of updates",
        "name: shop | max-malformed: many | max-malformed is 'many', must be a number of events",
        "name: shop | schema: {key: user} | Duplicate field 'schema'",
        "schema: schema.json | schema: {key: user} | schema must be the path of a file",
        "files: events.csv | kafka: | source.kafka holds nothing",
        "files: events.csv | files: [] | source.files names none",
        "files: events.csv | files: '${NO_SUCH_VARIABLE}' | the environment has no variable"
            + " NO_SUCH_VARIABLE, which source.files names",
        "files: events.csv | kafka: {brokers: [b, c], topic: t, properties: {securty: {protocol:"
            + " SSL}}} | source.kafka.properties has no 'securty.protocol'; did you mean"
            + " security.protocol?",
        "name: shop | name: [ | job.yaml, line 3, column 8: expected ',' or ']'",
        "name: shop | schema: twice.json | Duplicate field 'schema'"
      })
  void namesWhatIsWrong(String right, String wrong, String message) throws Exception {
    assertThat(JOB).contains(right);
    refused(JOB.replace(right, wrong), message, "");
  }

  @Test
  void takesListsVariablesAndKeysOfTheUsersOwn() throws Exception {
    file("job/more-2.csv", EVENTS.replace("u1", "u7"));
    file("job/more-10.csv", EVENTS.replace("u1", "u8"));
    String job =
        JOB.replace("files: events.csv", "files: [events.csv, 'more-*.csv', events.csv]")
            .replace("name: shop", "name: ${NO_SUCH_VARIABLE:-shop}\nx-own: {a: 1}")
            .replace("cache-size: 1 kb", "cache-size: 1KiB");
    Result result = execute("run", "--config", job(job));
    assertThat(result.err()).isEmpty();
    assertThat(lines(folder.resolve("job/out/predictions")))
        .hasSize(9)
        .anyMatch(line -> line.contains("u7"))
        .anyMatch(line -> line.contains("u8"));
  }

  @Test
  void refusesAFileThatIsNotThereOrHoldsNothing() throws Exception {
    Result result = execute("run", "--config", folder.resolve("none.yaml"));
    assertThat(result.err()).contains("no such file or folder", "none.yaml");
    refused("", "job.yaml holds no keys");
    Path other = Files.write(folder.resolve("other.yaml"), "name: caf\u00e9".getBytes(ISO_8859_1));
    assertThat(execute("run", "--config", other).err()).contains("other.yaml is not UTF-8");
    refused("schema: schema.json\n", "no events");
    assertThat(Files.exists(folder.resolve("job/out"))).isFalse();
  }

  @Test
  void refusesWhatIsNestedDeeperThanAnyOption() throws Exception {
    refused(
        JOB.replace("name: shop", "name: " + "[".repeat(50) + "]".repeat(50)),
        "job.yaml: Document nesting depth (51)");
  }

  @Test
  void refusesASourceOfBothKindsAndATopicThatIsNone() throws Exception {
    refused(
        JOB.replace("files: events.csv", "files: events.csv\n  kafka: {brokers: b, topic: t}"),
        "source must have either files or kafka, not both");
    Result result =
        execute("run", "--events", "kafka://topic", "--output", "out", "--schema", schema());
    assertThat(result.err()).contains("must be kafka://HOST:PORT/TOPIC");
  }
}
