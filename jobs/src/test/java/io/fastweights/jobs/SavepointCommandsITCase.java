package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.report.PageStructure;
import io.fastweights.jobs.savepoint.MemoryLook;
import io.fastweights.kernels.weights.Safetensors;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** Savepoints made, read and started from, as a user does it. */
class SavepointCommandsITCase extends CommandTest {
  private static final String HEADER = "time,user,page,price,outcome\n";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HISTORY = 300;
  private static final int ALL = 500;

  private Path weights;

  @BeforeEach
  void writeWeights() throws Exception {
    weights = folder.resolve("weights.safetensors");
    WeightsFile.write(TrainedWeights.over(SCHEMA), weights);
  }

  /** Rows of events in order of time. */
  private static String rows(int from, int to) {
    StringBuilder rows = new StringBuilder();
    for (int i = from; i < to; i++) {
      Random random = new Random(i);
      rows.append(1_000_000 + i * 1000L).append(",u").append(random.nextInt(7));
      rows.append(",p").append(random.nextInt(9)).append(',').append(random.nextInt(20));
      rows.append(',').append(i % 5 == 0 ? "" : random.nextBoolean() ? "buy" : "leave");
      rows.append('\n');
    }
    return rows.toString();
  }

  private static Result successful(Object... args) {
    Result result = execute(args);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return result;
  }

  private static String refused(Object... args) {
    Result result = execute(args);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    return result.err();
  }

  /** Memories of the history, with a line that is no event among it. */
  private Path bootstrap() throws Exception {
    Path savepoint = folder.resolve("bootstrapped");
    String history = HEADER + rows(0, 150) + "noon,u1,p,1,buy\n" + rows(150, HISTORY);
    Result result =
        successful(
            "bootstrap",
            "--events",
            file("history.csv", history),
            "--weights",
            weights,
            "--out",
            savepoint);
    assertThat(result.out()).containsPattern("taken +300").containsPattern("malformed +1\\b");
    return savepoint;
  }

  private List<String> predictions(String name, int from, Object... more) throws Exception {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>();
    args.addAll(List.of("run", "--weights", weights, "--output", out));
    args.addAll(List.of("--events", file(name + ".csv", HEADER + rows(from, ALL))));
    args.addAll(List.of(more));
    successful(args.toArray());
    return lines(out.resolve("predictions")).stream()
        .skip(1)
        .filter(line -> Long.parseLong(line.split(",")[0]) >= 1_000_000 + HISTORY * 1000L)
        .sorted()
        .toList();
  }

  @Test
  void aRunFromABootstrapPredictsAsTheRunOfAllEventsDoes() throws Exception {
    Path savepoint = bootstrap();
    List<String> expected = predictions("all", 0);
    assertThat(expected).hasSize(ALL - HISTORY);
    assertThat(predictions("cold", HISTORY)).isNotEqualTo(expected);
    assertThat(predictions("warm", HISTORY, "--memories", savepoint)).isEqualTo(expected);
    Path folded = folder.resolve("folded");
    successful("rewrite", "--savepoint", savepoint, "--out", folded, "--fold");
    assertThat(predictions("refolded", HISTORY, "--memories", folded, "--backend", "hashmap"))
        .isEqualTo(expected);
  }

  /** The checkpoint that is told first is gone when it is read. */
  @Test
  void aMemoryOfARunningJobIsReadFromTheNewestCheckpoint() throws Exception {
    Path savepoint = bootstrap();
    JobModel model = JobModel.read(null, weights, new Configuration());
    List<Path> told = new ArrayList<>(List.of(folder.resolve("gone"), savepoint));
    MemoryLook look =
        new MemoryLook(
            model,
            new Configuration(),
            () -> (told.size() > 1 ? told.remove(0) : told.get(0)).toUri().toString());
    String html = look.html("u1", "page=p1, price=3");
    assertThat(html)
        .contains("<h1>Memory of u1</h1>", "W of layer 1, head 1")
        .containsPattern("<li>buy 0\\.\\d+  leave 0\\.\\d+</li>");
    assertThatThrownBy(() -> look.html("u11", ""))
        .hasMessageContaining("has no key 'u11': of its 7 keys the nearest are");
    assertThatThrownBy(() -> new MemoryLook(model, new Configuration(), () -> null).html("u1", ""))
        .hasMessageContaining("there is no checkpoint yet");
  }

  @Test
  void aRunInBf16GoesOnFromASavepointThatWasRewrittenToIt() throws Exception {
    Path savepoint = bootstrap();
    List<String> expected =
        predictions("halved", HISTORY, "--memories", savepoint, "--storage", "bf16");
    assertThat(expected).hasSize(ALL - HISTORY);
    Path rewritten = folder.resolve("rewritten");
    successful("rewrite", "--savepoint", savepoint, "--out", rewritten, "--storage", "bf16");
    assertThat(predictions("again", HISTORY, "--memories", rewritten, "--storage", "bf16"))
        .isEqualTo(expected);
    assertThat(predictions("whole", HISTORY, "--memories", savepoint)).isNotEqualTo(expected);
  }

  @Test
  void inspectTellsWhatIsThereAndExportWritesIt() throws Exception {
    Path savepoint = bootstrap();
    Path json = folder.resolve("figures.json");
    Result summary = successful("inspect", "--savepoint", savepoint, "--top", "3", "--json", json);
    assertThat(summary.out())
        .contains("operator      fast-weights")
        .contains("keys of type String")
        .contains("[1, 2, 8, 4]")
        .contains("DPFP nu 1, SUM, DELTA, schema ");
    JsonNode figures = JSON.readTree(json.toFile());
    assertThat(figures.get("keys").asInt()).isEqualTo(7);
    assertThat(figures.get("events").asInt()).isEqualTo(240);

    Path html = folder.resolve("memory.html");
    Result one =
        successful(
            "inspect",
            "--savepoint",
            savepoint,
            "--key",
            "u3",
            "--html",
            html,
            "--json",
            json,
            "--weights",
            weights,
            "--ask",
            "page=p1,price=3");
    assertThat(one.out())
        .contains("effective rank")
        .contains("heat map written to " + html)
        .containsPattern("answer\\s+buy 0\\.\\d{4} {2}leave 0\\.\\d{4}");
    assertThat(
            refused(
                "inspect",
                "--savepoint",
                savepoint,
                "--key",
                "u3",
                "--schema",
                schema(),
                "--ask",
                "page=p1,price=3"))
        .contains("the memories are of shape [1, 2, 8, 4]");
    assertThat(
            PageStructure.elements(PageStructure.check(Files.readString(html)), "figcaption")
                .stream()
                .map(Element::getTextContent))
        .startsWith("W of layer 1, head 1");
    double norm = JSON.readTree(json.toFile()).get("layer0Head1Norm").asDouble();
    assertThat(norm).isPositive();

    Path all = folder.resolve("all.safetensors");
    successful("export", "--savepoint", savepoint, "--out", all);
    Path two = folder.resolve("two.safetensors");
    successful("export", "--savepoint", savepoint, "--out", two, "--keys", "u3,u5");
    try (Safetensors everyKey = Safetensors.open(all);
        Safetensors chosen = Safetensors.open(two)) {
      assertThat(everyKey.entries()).containsOnlyKeys("u0", "u1", "u2", "u3", "u4", "u5", "u6");
      assertThat(chosen.entries()).containsOnlyKeys("u3", "u5");
      assertThat(chosen.entries().get("u3").shape()).containsExactly(1, 2, 8, 4);
      float[] w = chosen.floats("u3").data();
      assertThat(w).containsExactly(everyKey.floats("u3").data());
      double squares = 0;
      for (int i = w.length / 2; i < w.length; i++) {
        squares += (double) w[i] * w[i];
      }
      assertThat(Math.sqrt(squares)).isEqualTo(norm);
      JsonNode memories = JSON.readTree(chosen.metadata().get("memories"));
      assertThat(memories.get("u3").get("events").asLong()).isPositive();
      assertThat(memories.get("u3").get("last_event").asText()).startsWith("1970-01-01T00:");
    }
  }

  @Test
  void rewriteForgetsKeysAndKeepsMemoriesThatAreSound() throws Exception {
    Path savepoint = bootstrap();
    Path json = folder.resolve("figures.json");
    Path rewritten = folder.resolve("dropped");
    Result result =
        successful(
            "rewrite",
            "--savepoint",
            savepoint,
            "--out",
            rewritten,
            "--drop-keys",
            "u3,u5",
            "--reset");
    assertThat(result.out()).contains("0 of 7 memories are not finite");
    successful("inspect", "--savepoint", rewritten, "--json", json);
    assertThat(JSON.readTree(json.toFile()).get("keys").asInt()).isEqualTo(5);
    assertThat(JSON.readTree(json.toFile()).get("notFinite").asInt()).isZero();
    assertThat(
            refused(
                "rewrite",
                "--savepoint",
                savepoint,
                "--out",
                folder.resolve("x"),
                "--drop-keys",
                "u9"))
        .contains("no key 'u9': of its 7 keys the nearest are");
  }

  @Test
  void whatCannotBeDoneIsSaidInOneLine() throws Exception {
    Path savepoint = bootstrap();
    assertThat(refused("inspect", "--savepoint", folder)).contains("it has no file _metadata");
    assertThat(refused("inspect", "--savepoint", savepoint, "--uid", "other"))
        .contains("no fast-weight memories of an operator 'other'; the operators in it are: fast-");
    assertThat(refused("inspect", "--savepoint", savepoint, "--key", "U9"))
        .contains("no key 'U9': of its 7 keys the nearest are u0, u1, u2");
    assertThat(refused("export", "--savepoint", savepoint, "--out", "x", "--keys", "u1,someone"))
        .contains("no key 'someone': of its 7 keys none is near it");
    assertThat(refused("rewrite", "--savepoint", savepoint, "--out", savepoint))
        .contains("is not empty");
    Path events = file("more.csv", HEADER + rows(HISTORY, ALL));
    Result both =
        execute(
            "run",
            "--events",
            events,
            "--output",
            folder.resolve("both"),
            "--weights",
            weights,
            "--memories",
            savepoint,
            "--from-savepoint",
            savepoint);
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("--memories").contains("give one of them");
    Object[] other = {
      "run",
      "--events",
      events,
      "--output",
      folder.resolve("other"),
      "--schema",
      schema(),
      "--memories",
      savepoint
    };
    assertThat(refused(other))
        .contains("the stored memories have shape")
        .contains("[1, 2, 8, 4]")
        .contains("they cannot be carried over");
  }
}
