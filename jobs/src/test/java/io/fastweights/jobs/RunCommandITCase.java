package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Files in, files out, on a whole embedded cluster: every event is in one of them, once. */
class RunCommandITCase extends CommandTest {
  private static final String HEADER = "time,user,page,price,outcome\n";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Path out;
  private String said;

  private JsonNode run(Path events, String... more) throws Exception {
    out = folder.resolve("out");
    Path json = folder.resolve("figures.json");
    List<Object> args =
        new ArrayList<>(List.of("run", "--events", events, "--output", out, "--json", json));
    if (!List.of(more).contains("--weights") && !List.of(more).contains("--schema")) {
      args.addAll(List.of("--schema", schema()));
    }
    args.addAll(List.of(more));
    Result result = execute(args.toArray());
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("events/second");
    said = result.out();
    return JSON.readTree(json.toFile());
  }

  /** Rows of events in order of time. */
  private static String rows(int from, int to) {
    Random random = new Random(from);
    StringBuilder rows = new StringBuilder();
    for (int i = from; i < to; i++) {
      String outcome = i % 5 == 0 ? "" : random.nextBoolean() ? "buy" : "leave";
      rows.append(1_000_000 + i * 1000L).append(",u").append(random.nextInt(7));
      rows.append(",\"p,").append(random.nextInt(9)).append("\",").append(random.nextInt(20));
      rows.append(',').append(outcome).append('\n');
    }
    return rows.toString();
  }

  private static String column(String line, int fromTheEnd) {
    String[] cells = line.split(",", -1);
    return cells[cells.length - fromTheEnd];
  }

  @Test
  void predictsEveryEventAndLearnsFromThoseWithATarget() throws Exception {
    JsonNode figures = run(file("events.csv", HEADER + rows(0, 1000)));
    assertThat(figures.get("events").asInt()).isEqualTo(1000);
    assertThat(figures.get("observed").asInt()).isEqualTo(800);
    assertThat(figures.get("asked").asInt()).isEqualTo(200);
    assertThat(figures.get("malformed").asInt()).isZero();
    String header = HEADER.strip() + ",predicted_outcome,p_buy,p_leave,recall_error";
    List<String> lines = new ArrayList<>(lines(out.resolve("predictions")));
    assertThat(lines).contains(header);
    lines.removeIf(header::equals);
    assertThat(lines).hasSize(1000);
    assertThat(lines).filteredOn(line -> column(line, 1).isEmpty()).hasSize(200);
    for (String line : lines) {
      double buy = Double.parseDouble(column(line, 3));
      double leave = Double.parseDouble(column(line, 2));
      assertThat(buy + leave).isBetween(0.999, 1.001);
      assertThat(column(line, 4)).isEqualTo(buy >= leave ? "buy" : "leave");
    }
  }

  @Test
  void ratesTheErrorsOfObservedEventsWhereThatIsAskedFor() throws Exception {
    String rows = rows(0, 1000).replaceAll(",u[0-9],", ",u1,");
    run(file("events.csv", HEADER + rows), "--anomalies");
    String header = HEADER.strip() + ",predicted_outcome,p_buy,p_leave,recall_error";
    List<String> lines = new ArrayList<>(lines(out.resolve("predictions")));
    assertThat(lines).contains(header + ",anomaly,is_anomaly");
    lines.removeIf(line -> line.startsWith(header));
    assertThat(lines).hasSize(1000);
    assertThat(lines).filteredOn(line -> line.endsWith(",,,")).as("asks").hasSize(200);
    lines.removeIf(line -> line.endsWith(",,,"));
    for (String line : lines) {
      assertThat(Double.parseDouble(column(line, 2))).isBetween(0.0, 1.0);
      assertThat(column(line, 1)).isIn("true", "false");
    }
    assertThat(lines).anyMatch(line -> Double.parseDouble(column(line, 2)) > 0.8);
  }

  @Test
  void putsEveryMalformedEventAsideWithItsLineAndReasonAndLosesNothing() throws Exception {
    Map<String, String> bad = new HashMap<>();
    bad.put("1990000,u1,p,1x,buy", "field price is '1x', not a number");
    bad.put("1990000,u1,p,Infinity,buy", "field price is Infinity");
    bad.put("1990000,u1,p,-1e999,", "field price is -Infinity");
    bad.put("1990000,u1,p,1,rent", "target outcome is 'rent'");
    bad.put("5,u1,p,1,buy", "before the last observed event of its key");
    bad.put("noon,u1,p,1,buy", "time 'noon' is neither");
    bad.put(",u1,p,1,buy", "the time is missing");
    bad.put("1990000,,p,1,buy", "the key is missing");
    bad.put("1990000,u1,p", "the line has 3 of 5 columns");
    bad.put(
        "1990000,u1,\"p\"x,1,buy", "the line is not CSV: cell 3 goes on after its closing quote");
    StringBuilder text = new StringBuilder(HEADER).append(rows(0, 900));
    Map<Integer, String> reasons = new HashMap<>();
    int line = 901;
    for (Map.Entry<String, String> entry : bad.entrySet()) {
      text.append(entry.getKey()).append('\n').append(rows(900 + line, 901 + line));
      reasons.put(line + 1, entry.getValue());
      line += 2;
    }
    text.append("19900");
    reasons.put(line + 1, "the line has 1 of 5 columns");
    Path events = file("events.csv", text.toString());
    JsonNode figures = run(events, "--format", "jsonl");
    int good = 900 + bad.size();
    assertThat(figures.get("predicted").asInt()).isEqualTo(good);
    assertThat(figures.get("malformed").asInt()).isEqualTo(bad.size() + 1);
    assertThat(figures.get("events").asInt()).isEqualTo(good + bad.size() + 1);
    assertThat(lines(out.resolve("predictions"))).hasSize(good);
    List<String> rejected = lines(out.resolve("malformed"));
    assertThat(rejected).hasSize(bad.size() + 1);
    List<String> texts = Files.readAllLines(events);
    for (String row : rejected) {
      JsonNode node = JSON.readTree(row);
      int number = node.get("line").asInt();
      assertThat(node.get("file").asText()).isEqualTo(events.toString());
      assertThat(node.get("text").asText()).isEqualTo(texts.get(number - 1));
      assertThat(node.get("reason").asText()).contains(reasons.get(number));
    }
  }

  @Test
  void readsTheFilesOfAFolderInOrderWhateverTheirFormat() throws Exception {
    // Flink's own rule would leave this one out.
    file("events/_0.csv", HEADER + rows(0, 50));
    file("events/a1.csv", HEADER + rows(50, 100));
    Path zipped = folder.resolve("events/b2.csv.gz");
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      // Other columns in another order.
      gzip.write("shop,outcome,user,page,time,price\n".getBytes(StandardCharsets.UTF_8));
      gzip.write("s,buy,u1,p,2000000,3\n".getBytes(StandardCharsets.UTF_8));
    }
    file(
        "events/c3.jsonl",
        """
        {"time": "1970-01-01T01:00:00Z", "user": "u1", "page": "p", "price": 3, "outcome": "buy"}
        {"time": 3600000, "user": "u2", "page": "p", "price": 3}
        {"time": 3600000, "user": "u2", "page": "p",
        """);
    file("events/notes.txt", "not an event");
    JsonNode figures = run(folder.resolve("events"), "--backend", "hashmap", "--parallelism", "1");
    assertThat(figures.get("predicted").asInt()).isEqualTo(103);
    assertThat(figures.get("malformed").asInt()).isEqualTo(1);
    assertThat(lines(out.resolve("malformed")).get(1)).contains("c3.jsonl,3,the line is not JSON");
    // One subtask: predictions leave in the order of the events.
    List<String> predictions = lines(out.resolve("predictions"));
    assertThat(predictions.get(0)).startsWith("time,user,page,price,outcome,shop,predicted_");
    assertThat(predictions.get(101)).startsWith("2000000,u1,p,3,buy,s,");
    assertThat(predictions.get(102)).startsWith("1970-01-01T01:00:00Z,u1,p,3,buy,,");
    assertThat(predictions.get(103)).startsWith("3600000,u2,p,3,,,");
  }

  @Test
  void takesJsonLinesOfWhichTheFirstAreNoEvents() throws Exception {
    Path events =
        file(
            "events.jsonl",
            """
            {"user": "u1", "page": "p", "price": 3}
            {"time": 1, "user": {"id": 1}, "page": "p", "price": 3}
            {"time": 2, "user": "u1", "page": "p", "price": 3, "note": {"n": 1}}
            """);
    JsonNode figures = run(events, "--format", "jsonl", "--max-malformed", "2");
    assertThat(figures.get("predicted").asInt()).isEqualTo(1);
    assertThat(figures.get("malformed").asInt()).isEqualTo(2);
    assertThat(lines(out.resolve("malformed")))
        .anyMatch(line -> line.contains("\"line\":1,\"reason\":\"the time is missing\""))
        .anyMatch(line -> line.contains("'user' is not a single value"));
    JsonNode prediction = JSON.readTree(lines(out.resolve("predictions")).get(0));
    assertThat(prediction.get("note").toString()).isEqualTo("{\"n\":1}");
  }

  @Test
  void takesTheKindOfAnEventFromItsColumn() throws Exception {
    String schema = SCHEMA.replace("\"time\",", "\"time\", \"kind\": \"kind\",");
    Path kinds = file("kinds.json", schema);
    Path events =
        file(
            "events.csv",
            """
            time,user,kind,page,price,outcome
            1,u,ask,p,1,buy
            2,u,observe,p,1,buy
            3,u,,p,1,buy
            4,u,,p,1,
            5,u,observe,p,1,
            6,u,guess,p,1,buy
            """);
    JsonNode figures = run(events, "--schema", kinds.toString());
    assertThat(figures.get("asked").asInt()).isEqualTo(2);
    assertThat(figures.get("observed").asInt()).isEqualTo(2);
    assertThat(lines(out.resolve("malformed")))
        .anyMatch(line -> line.contains(",6,target outcome is missing"))
        .anyMatch(line -> line.contains(",7,\"kind is 'guess', must be ask or observe\""));
  }

  @Test
  void runsATrainedModelThatCarriesItsSchema() throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    WeightsFile.write(TrainedWeights.over(SCHEMA), weights);
    JsonNode figures =
        run(file("events.csv", HEADER + rows(0, 200)), "--weights", weights.toString());
    assertThat(figures.get("predicted").asInt()).isEqualTo(200);
    assertThat(lines(out.resolve("predictions"))).hasSize(201);
  }

  @Test
  void keepsRecordsWithLineBreaksWhole() throws Exception {
    Path events =
        file(
            "events.csv",
            """
            time,user,page,price,outcome,note
            1,u1,p,1,buy,"first
            second"
            2,u1,p,1,leave,"he wrote:
            3,admin,p,999,buy,ok
            bye"
            4,u1,p,1,buy,last
            """);
    JsonNode figures = run(events);
    assertThat(figures.get("observed").asInt()).isEqualTo(3);
    assertThat(figures.get("malformed").asInt()).isZero();
  }

  @Test
  void takesEventsOfFilesInTheOrderOfTheirTimesIfTold() throws Exception {
    String newestFirst = HEADER + "3,u,p,1,buy\n2,u,p,1,leave\n1,u,p,1,buy\n";
    JsonNode figures = run(file("events.csv", newestFirst), "--sort");
    assertThat(figures.get("observed").asInt()).isEqualTo(3);
    assertThat(lines(out.resolve("predictions")))
        .extracting(line -> line.substring(0, 1))
        .containsExactly("t", "1", "2", "3");
  }

  @Test
  void eventsOfTwoKeysVisitAMemoryAtEach() throws Exception {
    Path schema =
        file("keys.json", SCHEMA.replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]"));
    Path events =
        file(
            "events.csv",
            HEADER
                + rows(0, 600)
                + "900000,u1,late,3,buy\n"
                + "1700000,u1,,3,buy\n"
                + "1700000,u1,page,3,sell\n");
    JsonNode figures = run(events, "--schema", schema.toString());
    assertThat(figures.get("observed").asInt()).isEqualTo(480);
    assertThat(figures.get("asked").asInt()).isEqualTo(120);
    assertThat(figures.get("malformed").asInt()).isEqualTo(3);
    assertThat(lines(out.resolve("malformed")))
        .anyMatch(line -> line.contains("before an earlier event"))
        .anyMatch(line -> line.contains("the second key is missing"))
        .anyMatch(line -> line.contains("target outcome is 'sell'"));
    List<String> once = lines(out.resolve("predictions")).stream().sorted().toList();

    Path three = folder.resolve("three");
    Result result =
        execute(
            "run", "--events", events, "--schema", schema, "--output", three, "--parallelism", 3);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(lines(three.resolve("predictions")).stream().sorted().toList()).isEqualTo(once);
  }

  @Test
  void tellsWhyMostEventsWereRefusedAndFails() throws Exception {
    Path events = file("events.csv", HEADER + "3,u,p,1,buy\n2,u,p,1,leave\n1,u,p,1,buy\n");
    Path to = folder.resolve("refused");
    Result result = execute("run", "--events", events, "--output", to, "--schema", schema());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualToIgnoringNewLines(
            "fastweights: 2 of 3 events were refused, at most 50% may be (--max-malformed)");
    assertThat(result.out())
        .containsPattern("  malformed +2")
        .containsPattern(" 2  .*events.csv, line 3: time is .* before the last observed event")
        .contains("events out of order: --sort");
    assertThat(lines(to.resolve("malformed"))).hasSize(3);
  }

  @Test
  void stopsReadingWhereMostOfTheFirstRecordsAreNoEvents() throws Exception {
    Path events = file("events.csv", HEADER + "noon,u,p,1,buy\n".repeat(2000));
    Result result =
        execute("run", "--events", events, "--output", folder.resolve("o"), "--schema", schema());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .contains("1,000 of 1,000 events were refused")
        .contains("events.csv, line 1001: time 'noon' is neither ISO 8601");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void saysWhatItFoundOutAboutFiles() throws Exception {
    file("mixed/dt=2024-01-01/a.csv", "");
    file("mixed/dt=2024-01-01/b10.tsv", tabs(HEADER + "1700000002,u,p,1,buy\n"));
    file("mixed/dt=2024-01-01/b2.csv", HEADER.replace(',', ';') + "1700000001;u;p;1;buy\n");
    file("mixed/c.json", "[{\"time\": 1700000003, \"user\": \"u\",\n\"price\": 1}]");
    JsonNode figures = run(folder.resolve("mixed"));
    assertThat(figures.get("predicted").asInt()).isEqualTo(3);
    assertThat(said)
        .contains("a.csv: empty, passed over")
        .contains("b2.csv: cells are parted by ';'")
        .contains("b10.tsv: cells are parted by tabs")
        .contains("c.json: JSON objects over several lines, or of an array")
        .contains("times are taken for seconds since 1970: 1700000003 is 2023-11-14T22:13:23Z");
    assertThat(lines(out.resolve("predictions")).get(0)).contains("outcome,dt,predicted_outcome");
  }

  @Test
  void keepsTheTypesAndTheLateMembersOfJson() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1001; i++) {
      text.append(
          String.format(
              Locale.ROOT, "{\"time\": %d, \"user\": 7, \"page\": \"p\", \"price\": 1.50}%n", i));
    }
    text.append("{\"time\": 1002, \"user\": 7, \"id\": 12345678901234567890, \"p_buy\": [true]}");
    run(file("dt=1/events.jsonl", text.toString()), "--format", "jsonl");
    List<String> predictions = lines(out.resolve("predictions"));
    assertThat(predictions.get(0))
        .startsWith(
            "{\"time\":0,\"user\":7,\"page\":\"p\",\"price\":1.50,\"dt\":\"1\",\"predicted_");
    assertThat(predictions.get(1001))
        .startsWith("{\"time\":1002,\"user\":7,\"id\":12345678901234567890,\"event.p_buy\":[true],")
        .contains("\"p_buy\":0.5,");
  }

  private static String tabs(String text) {
    return text.replace(',', '\t');
  }
}
