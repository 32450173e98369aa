package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs whose target is an item: rankings, and their measures beside baselines. */
class RunItemsITCase extends CommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int EVENTS = 1200;
  private static final int ITEMS = 300;
  private static final int SHOWN = 20;

  private static final String ITEM_SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [{"name": "last", "encoder": "lastTarget"}],
       "target": {"name": "item", "encoder": "item", "size": 64}%s}
      """;

  /** Five users in turn, each going through a round of twelve items of its own. */
  private static String next(int event) {
    int user = event % 5;
    return "i" + (40 * user + event / 5 % 12);
  }

  /** The next item among others, of which the user takes some at other times; in any order. */
  private static List<String> shown(int event) {
    SplittableRandom random = new SplittableRandom(event);
    List<String> shown = new ArrayList<>(List.of(next(event)));
    while (shown.size() < SHOWN) {
      shown.add(random.nextInt(shown.size() + 1), "i" + (40 * (event % 5) + random.nextInt(40)));
    }
    return shown;
  }

  private Path csv() throws Exception {
    StringBuilder csv = new StringBuilder("time,user,item,shown\n");
    for (int i = 0; i < EVENTS; i++) {
      csv.append(1_000_000_000_000L + i * 1000L).append(",u").append(i % 5);
      csv.append(',').append(next(i)).append(',').append(String.join("|", shown(i))).append('\n');
    }
    return file("events.csv", csv.toString());
  }

  private Path jsonl() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      ObjectNode event = MAPPER.createObjectNode();
      event.put("time", 1_000_000_000_000L + i * 1000L).put("user", "u" + i % 5);
      event.put("item", next(i));
      shown(i).forEach(event.putArray("shown")::add);
      lines.append(event).append('\n');
    }
    return file("events.jsonl", lines.toString());
  }

  private Path catalogue() throws Exception {
    return file(
        "items.txt",
        IntStream.range(0, ITEMS).mapToObj(i -> "i" + i).collect(Collectors.joining("\n")));
  }

  private Path schema(String more) throws Exception {
    return file("items.json", String.format(Locale.ROOT, ITEM_SCHEMA, more));
  }

  private JsonNode figures(String name, Object... args) throws Exception {
    Path json = folder.resolve(name);
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--json", json));
    Result result = execute(all.toArray());
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).as(result.out()).isZero();
    assertThat(result.out())
        .contains("item of 1,200 events, each predicted before it was learned")
        .contains("MRR", "recall@1", "recall@5", "recall@10")
        .contains("most popular so far", "last items of the user", "most frequent items of the");
    ObjectNode figures = (ObjectNode) MAPPER.readTree(json.toFile());
    figures.remove(List.of("seconds", "secondsOfStart", "eventsPerSecond"));
    return figures;
  }

  /** The next item follows from the last one, which no count of items tells. */
  @Test
  void theNextItemIsFoundAmongTheCandidatesOfTheEvent() throws Exception {
    Path schema = schema(", \"candidates\": \"shown\"");
    Path out = folder.resolve("out");
    JsonNode one =
        figures(
            "one.json",
            "run",
            "--events",
            csv(),
            "--schema",
            schema,
            "--output",
            out,
            "--parallelism",
            1);
    assertThat(one.get("mrr").asDouble()).isGreaterThan(0.9);
    assertThat(one.get("recall_at_1").asDouble()).isGreaterThan(0.9);
    assertThat(one.get("baseline.popular.mrr").asDouble()).isBetween(0.1, 0.8);
    assertThat(one.get("baseline.keyLast.recall_at_1").asDouble()).isLessThan(0.3);
    assertThat(one.get("mrr.bestBaseline").asText()).isNotBlank();
    List<String> lines = lines(out.resolve("predictions"));
    assertThat(lines.get(0))
        .isEqualTo("time,user,item,shown,predicted_item,top_item,scores_item,recall_error");
    String[] cells = lines.get(EVENTS).split(",");
    assertThat(cells[4]).isEqualTo(cells[2]);
    assertThat(cells[5].split("\\|")).hasSize(10).startsWith(cells[2]).doesNotHaveDuplicates();
    assertThat(Float.parseFloat(cells[6].split("\\|")[0])).isBetween(0.5f, 1.5f);
    assertThat(ofJson(schema)).as("the same events as JSON, two subtasks").isEqualTo(one);
  }

  /** Rows of JSON have the ranking as lists. */
  private JsonNode ofJson(Path schema) throws Exception {
    Path out = folder.resolve("json");
    JsonNode figures =
        figures(
            "two.json",
            "run",
            "--events",
            jsonl(),
            "--schema",
            schema,
            "--output",
            out,
            "--format",
            "jsonl",
            "--parallelism",
            2);
    JsonNode row = null;
    for (String line : lines(out.resolve("predictions"))) {
      JsonNode read = MAPPER.readTree(line);
      row = row == null || read.get("time").asLong() > row.get("time").asLong() ? read : row;
    }
    assertThat(row.get("shown")).hasSize(SHOWN);
    assertThat(row.get("top_item")).hasSize(10);
    assertThat(row.get("scores_item").get(0).isNumber()).isTrue();
    assertThat(row.get("predicted_item")).isEqualTo(row.get("item"));
    assertThat(row.get("top_item").get(0)).isEqualTo(row.get("item"));
    return figures;
  }

  @Test
  void orAmongACatalogue() throws Exception {
    Path job =
        file(
            "job.yaml",
            String.format(
                Locale.ROOT,
                "source: {files: '%s'}%nschema: '%s'%ncatalogue: '%s'%n"
                    + "sink: {files: {folder: '%s'}}%n"
                    + "fastweights: {ranking: {size: 3}, associative: {key-dim: 64}}%n",
                csv(),
                schema(""),
                catalogue(),
                folder.resolve("from-catalogue")));
    JsonNode figures = figures("catalogue.json", "run", "--config", job);
    assertThat(figures.get("recall_at_1").asDouble()).isGreaterThan(0.85);
    assertThat(figures.get("recall_at_5"))
        .as("a ranking has three items")
        .isEqualTo(figures.get("recall_at_10"));
    String[] cells = lines(folder.resolve("from-catalogue/predictions")).get(EVENTS).split(",");
    assertThat(cells[5].split("\\|")).hasSize(3);
  }

  /** A page is shown, then the next one; what was taken of the first one is known only then. */
  @Test
  void aLateLabelIsScoredInTheRankingThatWasMadeAtTheAsk() throws Exception {
    StringBuilder csv = new StringBuilder("time,user,view,kind,item,shown\n");
    for (int i = 0; i < EVENTS; i++) {
      long time = 1_000_000_000_000L + i * 1000L;
      String view = ",u" + i % 5 + ",v" + i;
      csv.append(time).append(view).append(",ask,,").append(String.join("|", shown(i)));
      csv.append('\n').append(time).append(view).append(",observe,").append(next(i)).append(",\n");
    }
    Path events = file("views.csv", csv.toString());
    String more = ", \"candidates\": \"shown\", \"kind\": \"kind\", \"id\": \"view\"";
    Path report = folder.resolve("report.html");
    JsonNode figures =
        figures(
            "late.json",
            "evaluate",
            "--events",
            events,
            "--schema",
            schema(more),
            "--report",
            report);
    assertThat(figures.get("answered").asInt()).isEqualTo(EVENTS);
    assertThat(figures.get("scored").asInt()).isEqualTo(EVENTS);
    assertThat(figures.has("unranked")).isFalse();
    assertThat(figures.get("recall_at_1").asDouble()).isGreaterThan(0.9);
    assertThat(figures.get("baseline.popular.mrr").asDouble()).isBetween(0.1, 0.8);
    assertThat(Files.readString(report)).contains("MRR", "most popular so far");
  }

  @Test
  void withoutAnythingToRankNothingRuns() throws Exception {
    Result result =
        execute(
            "run", "--events", csv(), "--schema", schema(""), "--output", folder.resolve("out"));
    assertThat(result.exitCode()).isNotZero();
    assertThat(result.err())
        .contains("target item is an item, and there is nothing to rank: name the column")
        .contains("--catalogue");
    Result train =
        execute(
            "train",
            "--events",
            csv(),
            "--schema",
            schema(""),
            "--out",
            folder.resolve("model.safetensors"));
    assertThat(train.err()).contains("target item is an item: 'run' and 'evaluate' predict items");
    Files.writeString(folder.resolve("empty.txt"), "\n\n");
    Result empty =
        execute(
            "evaluate",
            "--events",
            csv(),
            "--schema",
            schema(""),
            "--catalogue",
            folder.resolve("empty.txt"));
    assertThat(empty.err()).contains("empty.txt has no items: it must have one id a line");
  }

  /** What init proposes runs as it stands. */
  @Test
  void initProposesItemsForTooManyClasses() throws Exception {
    Path out = folder.resolve("proposed.json");
    StringBuilder csv = new StringBuilder("time,user,film\n");
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < EVENTS; i++) {
      csv.append(1_700_000_000 + i).append(",u").append(i % 5).append(",film ");
      csv.append(random.nextInt(200)).append('\n');
    }
    Path events = file("films.csv", csv.toString());
    Result init = execute("init", "--events", events, "--target", "film", "--out", out);
    assertThat(init.err()).isEmpty();
    assertThat(init.out())
        .containsPattern("the target, an item of 1\\d\\d in the sample")
        .contains("items.txt written: the items of the sample, to rank")
        .contains("--catalogue " + folder.resolve("items.txt"));
    assertThat(Files.readString(out)).contains("\"encoder\" : \"item\"", "last_film");
    assertThat(Files.readAllLines(folder.resolve("items.txt"))).hasSizeBetween(190, 200).isSorted();
    Result run =
        execute(
            "run",
            "--events",
            events,
            "--schema",
            out,
            "--catalogue",
            folder.resolve("items.txt"),
            "--output",
            folder.resolve("next"));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    Result again =
        execute("init", "--events", events, "--target", "film", "--out", folder.resolve("b.json"));
    assertThat(again.err()).contains("items.txt exists: init never overwrites a file");
  }
}
