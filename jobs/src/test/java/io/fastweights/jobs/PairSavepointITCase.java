package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Savepoints of memories for two keys, as a user makes, asks and starts from them. */
class PairSavepointITCase extends CommandTest {
  private static final String PAIR =
      SCHEMA.replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]");
  private static final String HEADER = "time,user,page,price,outcome\n";
  private static final int HISTORY = 300;
  private static final int ALL = 400;

  /** Column of the first of a prediction's probabilities. */
  private static final int PROBABILITIES = 6;

  private Path weights(String name, long seed) throws Exception {
    Path file = folder.resolve(name);
    WeightsFile.write(TrainedWeights.over(PAIR, seed), file);
    WeightsFile.write(TrainedWeights.second(PAIR, seed + 1), JobModel.secondFile(file));
    return file;
  }

  /** Rows of events, two of each time. */
  private static String rows(int from, int to) {
    StringBuilder rows = new StringBuilder();
    for (int i = from; i < to; i++) {
      Random random = new Random(i);
      rows.append(1_000_000 + i / 2 * 1000L).append(",u").append(random.nextInt(7));
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

  /** With a line that is no event, and one that is too old. */
  private Path bootstrap(String flag, Path model) throws Exception {
    Path savepoint = folder.resolve("bootstrapped");
    String history =
        HEADER + rows(0, 150) + "noon,u1,p1,1,buy\n1000,u1,p1,1,buy\n" + rows(150, HISTORY);
    Result result =
        successful(
            "bootstrap", "--events", file("history.csv", history), flag, model, "--out", savepoint);
    assertThat(result.out()).containsPattern("taken +300").containsPattern("malformed +2\\b");
    return savepoint;
  }

  private List<String> predictions(
      String name, String rows, String flag, Path model, Object... more) throws Exception {
    Path out = folder.resolve(name);
    List<Object> args = new ArrayList<>(List.of("run", flag, model, "--output", out));
    args.addAll(List.of("--events", file(name + ".csv", HEADER + rows)));
    args.addAll(List.of(more));
    successful(args.toArray());
    return lines(out.resolve("predictions")).stream()
        .skip(1)
        .filter(line -> Long.parseLong(line.split(",")[0]) >= 1_000_000 + HISTORY / 2 * 1000L)
        .sorted()
        .toList();
  }

  @Test
  void trainedMemoriesOfTwoKeysAreFormedAskedAndStartedFrom() throws Exception {
    Path weights = weights("pair.safetensors", 4);
    Path savepoint = bootstrap("--weights", weights);
    String asked = 1_000_000 + HISTORY / 2 * 1000L + ",u3,p1,3,";
    String rest = asked + "\n" + rows(HISTORY, ALL);
    List<String> expected = predictions("all", rows(0, HISTORY) + rest, "--weights", weights);
    assertThat(expected).hasSize(ALL - HISTORY + 1);
    assertThat(predictions("warm", rest, "--weights", weights, "--memories", savepoint))
        .isEqualTo(expected);
    Path newer = weights("b.safetensors", 9);
    List<String> others =
        predictions("b", rest, "--weights", newer, "--memories", savepoint, "--anomalies");
    assertThat(others)
        .as("new weights go on with the memories, and errors are rated")
        .hasSameSizeAs(expected)
        .isNotEqualTo(expected)
        .allMatch(line -> line.matches(".*,(|[0-9.E-]+,(true|false)|,)"));

    String answer = expected.stream().filter(line -> line.startsWith(asked)).findFirst().get();
    Path html = folder.resolve("u3.html");
    Object[] question = {
      "inspect",
      "--savepoint",
      savepoint,
      "--key",
      "u3",
      "--html",
      html,
      "--weights",
      weights,
      "--ask",
      "page=p1,price=3",
      "--second-key",
      "p1"
    };
    assertThat(successful(question).out())
        .as("the job's answer is %s", answer)
        .contains(answer(answer.split(",")));
    question[question.length - 1] = "p77";
    assertThat(refused(question)).contains("no key 'p77': of its 9 keys the nearest are");
    Object[] alone = List.of(question).subList(0, question.length - 2).toArray();
    assertThat(refused(alone))
        .contains("memories of several operators, one must be named: fast-weights");
  }

  /** As {@code inspect} prints the columns of a prediction. */
  private static String answer(String[] cells) {
    return String.format(
        Locale.ROOT,
        "buy %.4f  leave %.4f",
        Float.parseFloat(cells[PROBABILITIES]),
        Float.parseFloat(cells[PROBABILITIES + 1]));
  }

  @Test
  @Tag("long")
  void memoriesWithoutTrainingAreFormedAndStartedFrom() throws Exception {
    Path schema = file("pair.json", PAIR);
    Path savepoint = bootstrap("--schema", schema);
    assertThat(predictions("warm", rows(HISTORY, ALL), "--schema", schema, "--memories", savepoint))
        .isEqualTo(predictions("all", rows(0, ALL), "--schema", schema));
    assertThat(
            refused(
                "inspect",
                "--savepoint",
                savepoint,
                "--uid",
                "fast-weights",
                "--key",
                "u3",
                "--schema",
                schema,
                "--ask",
                "page=p1,price=3"))
        .contains("questions to memories without weights take one key");
  }
}
