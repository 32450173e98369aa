package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.weights.WeightsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors before a job runs: one clear line, an exit code, nothing written. */
class RunBadInputTest extends CommandTest {
  private static final String EVENTS = "time,user,page,price,outcome\n2001-01-01,u,p,1,buy\n";

  private Path events;

  @BeforeEach
  void writeEvents() throws Exception {
    events = file("events.csv", EVENTS);
  }

  private void refused(int exitCode, List<Object> args, String... parts) {
    List<Object> all = new ArrayList<>(List.of("run", "--output", folder.resolve("out")));
    all.addAll(args);
    Result result = execute(all.toArray());
    assertThat(result.err()).contains(parts).startsWith("fastweights: ");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private void refusedEvents(Path path, String... parts) throws Exception {
    refused(1, List.of("--events", path, "--schema", schema()), parts);
  }

  @Test
  void refusesEventsThatAreNotThere() throws Exception {
    refusedEvents(folder.resolve("none.csv"), "no such file or folder", "none.csv");
    refusedEvents(file("events.txt", EVENTS), "events.txt must end in .csv");
    refusedEvents(Files.createDirectory(folder.resolve("empty")), "no .csv", "empty");
  }

  @Test
  void refusesTwoKeysWhereOnlyOneIsTaken() throws Exception {
    String twoKeys = SCHEMA.replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]");
    Path schema = file("keys.json", twoKeys);
    Path weights = folder.resolve("model.safetensors");
    WeightsFile.write(TrainedWeights.over(SCHEMA), weights);
    refused(
        1,
        List.of("--events", events, "--schema", schema, "--weights", weights),
        "the schema has two keys, user and page, and there is no model-second.safetensors");
    Path config =
        file(
            "job.yaml",
            "source: {kafka: {brokers: 'localhost:1', topic: t, tombstones: forget}}\n"
                + "sink: {files: {folder: out}}");
    refused(
        1,
        List.of("--config", config, "--schema", schema),
        "source.kafka.tombstones is forget",
        "must have one key");
    refused(
        1,
        List.of("--events", events, "--schema", file("item.json", twoKeys.replace("page", "item"))),
        "has no column item");
    refused(
        1,
        List.of("--events", events, "--schema", file("left.json", residual())),
        "encoder is 'residual', must be one of binary, class, number, item");
  }

  @Test
  void refusesAnOrderOfATopicThatIsNone() throws Exception {
    refused(
        1,
        List.of(
            "--events",
            "kafka://localhost:1/topic",
            "--schema",
            schema(),
            "--kafka-max-lateness",
            "soon"),
        "source.kafka.max-lateness is 'soon', must be a time as 5s or 1min");
    Path config =
        file(
            "job.yaml",
            "source: {kafka: {brokers: 'localhost:1', topic: t, idle-timeout: 5s}}\n"
                + "sink: {files: {folder: out}}");
    refused(
        1,
        List.of("--config", config, "--schema", schema()),
        "source.kafka.idle-timeout is for events in the order of their times",
        "give source.kafka.max-lateness");
  }

  private static String residual() {
    return """
    {"key": "user", "time": "time",
     "fields": [{"name": "page", "encoder": "hashed", "buckets": 64}],
     "target": {"name": "outcome", "encoder": "residual", "dim": 2, "deviation": 1}}
    """;
  }

  @Test
  void refusesAnEmptyFile() throws Exception {
    refusedEvents(file("empty.csv", ""), "empty.csv is empty");
    refusedEvents(file("blank.jsonl", "\n\n"), "blank.jsonl is empty");
    refusedEvents(file("empty.csv.gz", ""), "empty.csv.gz is empty");
  }

  @Test
  void namesAMissingColumnAndThoseThatAreThere() throws Exception {
    refusedEvents(
        file("columns.csv", "time,user,page,outcome\n1,u,p,buy\n"),
        "columns.csv has no column price",
        "time, user, page, outcome");
    refusedEvents(
        file("columns.jsonl", "{\"user\": \"u\", \"page\": \"p\"}\n"),
        "columns.jsonl has no column time",
        "user, page");
  }

  @Test
  void refusesAHeaderThatCannotBeRead() throws Exception {
    refusedEvents(file("twice.csv", "time,user,user,page,price,outcome\n"), "'user' twice");
    refusedEvents(file("quote.csv", "time,\"user,page\n"), "the header of", "not CSV");
  }

  @Test
  void refusesColumnsThatPredictionsAreWrittenTo() throws Exception {
    refusedEvents(
        file("names.csv", "time,user,page,price,outcome,p_buy\n1,u,p,1,buy,0\n"), "column p_buy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"fields\": [ | not JSON",
        "{\"key\": \"user\", \"time\": \"time\", \"fields\": []} | at least one field",
        "{\"key\": \"user\", \"fields\": [{\"name\": \"a\", \"encoder\": \"hashed\", \"buckets\": 8}],"
            + " \"target\": {\"name\": \"b\", \"encoder\": \"binary\"}} | column of the time",
        "{\"key\": \"user\", \"time\": \"time\", \"fields\": [{\"name\": \"a\", \"encoder\":"
            + " \"hashed\", \"buckets\": 8}]} | no target",
        "{\"key\": \"user\", \"time\": \"time\", \"fields\": [{\"name\": \"a\", \"encoder\":"
            + " \"bagged\"}]} | encoder is 'bagged'"
      })
  void saysWhatIsWrongWithASchema(String json, String part) throws Exception {
    refused(1, List.of("--events", events, "--schema", file("bad.json", json)), part);
  }

  @Test
  void saysWhatAFileIsInstead() throws Exception {
    Path zip = file("model.pt", "PK\u0003\u0004");
    refused(
        1,
        List.of("--events", events, "--schema", schema(), "--weights", zip),
        "model.pt is a zip archive, as torch.save writes");
    refused(
        1,
        List.of("--events", events, "--schema", folder),
        folder + " is a folder, must be a file");
    Path utf16 =
        Files.write(folder.resolve("utf16.json"), SCHEMA.getBytes(StandardCharsets.UTF_16));
    refused(1, List.of("--events", events, "--schema", utf16), "utf16.json is not UTF-8");
    refusedEvents(file("events.xlsx", "PK"), "events.xlsx is a file of format Excel");
    refusedEvents(file("plain.csv.xz", EVENTS), "plain.csv.xz is cut off or not in the format xz");
  }

  @ParameterizedTest
  @CsvSource({"many", "-1", "101%", "5 events", "''"})
  void refusesALimitThatIsNone(String limit) throws Exception {
    refused(
        1,
        List.of("--events", events, "--schema", schema(), "--max-malformed=" + limit),
        "max-malformed is '" + limit + "', must be a number of events, as 100, or a share");
  }

  @Test
  void refusesAMissingSchema() {
    refused(1, List.of("--events", events, "--schema", folder.resolve("no.json")), "no.json");
    refused(2, List.of("--events", events), "--schema");
  }

  @Test
  void refusesAWeightsFileCutInHalf() throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    WeightsFile.write(TrainedWeights.over(SCHEMA), weights);
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
    refused(
        1,
        List.of("--events", events, "--schema", schema(), "--weights", weights),
        "weights.safetensors");
    refused(
        1,
        List.of("--events", events, "--weights", folder.resolve("no.safetensors")),
        "no such file or folder");
  }

  @Test
  void refusesWeightsForAnotherShape() throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    WeightsFile.write(
        TrainedWeights.over(SCHEMA.replace("\"leave\"", "\"leave\", \"ask\"")), weights);
    refused(
        1,
        List.of("--events", events, "--schema", schema(), "--weights", weights),
        "schema.json has other fields or another target than",
        "lost 'ask'");
    WeightsFile.write(TrainedWeights.withoutSchema(), weights);
    refused(
        1,
        List.of("--events", events, "--schema", schema(), "--weights", weights),
        "carries no schema");
  }

  @ParameterizedTest
  @CsvSource({
    "--batch-size=-4, '--batch-size is -4, must be at least 1'",
    "--batch-size=many, --batch-size",
    "--cache-size=much, 'is no size'",
    "--parallelism=0, '--parallelism is 0, must be at least 1'",
    "--parallelism=1000, '--parallelism is 1000, must be at most 128'",
    "--linger=soon, 'is no time'",
    "--checkpoint-interval=0s, --checkpoint-interval is 0 ms",
    "--backend=paper, --backend",
    "--format=xml, --format",
    "--batchsize=1, did you mean --batch-size"
  })
  void refusesOptionsOutOfTheirRange(String option, String part) throws Exception {
    refused(2, List.of("--events", events, "--schema", schema(), option), part);
  }

  @Test
  void doesNotWriteOverAnEarlierRun() throws Exception {
    file("old/predictions/part.csv", "precious");
    Result result =
        execute("run", "--events", events, "--schema", schema(), "--output", folder.resolve("old"));
    assertThat(result.err()).contains("old is not empty");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(folder.resolve("old/predictions/part.csv")).hasContent("precious");
  }
}
