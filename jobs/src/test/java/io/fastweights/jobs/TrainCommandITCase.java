package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trains on a stream whose next value is the last one of its key: only a memory can predict it. */
class TrainCommandITCase extends CommandTest {
  private static final int EVENTS = 1500;

  private Path events;
  private Path schemaFile;

  @BeforeEach
  void write() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder csv = new StringBuilder("user,time,colour,next\n");
    for (int i = 0; i < EVENTS; i++) {
      int user = random.nextInt(20);
      int colour = random.nextInt(3);
      int next = (colour + user) % 3;
      csv.append(
          String.format(Locale.ROOT, "u%d,%d,c%d,n%d%n", user, 1_000_000L * i, colour, next));
    }
    csv.append("u1,17,c1,n1\n").append("u1,99999999999,c1,never\n");
    events = Files.writeString(folder.resolve("events.csv"), csv);
    schemaFile =
        Files.writeString(
            folder.resolve("schema.json"),
            """
            {"key": "user", "time": "time",
             "fields": [
               {"name": "colour", "encoder": "categorical", "vocabulary": ["c0", "c1", "c2"]}],
             "target": {"name": "next", "encoder": "class", "classes": ["n0", "n1", "n2"]}}
            """);
  }

  private Result train(Path weights, Path json) {
    return execute(
        "train",
        "--events",
        events,
        "--schema",
        schemaFile,
        "--out",
        weights,
        "--json",
        json,
        "--epochs",
        "2",
        "--dim",
        "16",
        "--heads",
        "2",
        "--lanes",
        "4",
        "--chunk",
        "16");
  }

  @Test
  void writesWeightsThatEvaluateScores() throws Exception {
    Path weights = folder.resolve("model.safetensors");
    Result trained = train(weights, folder.resolve("train.json"));
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("1,500 events of 20 keys").contains("2 malformed");
    Path json = folder.resolve("evaluate.json");
    Result scored = execute("evaluate", "--events", events, "--weights", weights, "--json", json);
    assertThat(scored.exitCode()).as(scored.err()).isZero();
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("scored").asInt()).isEqualTo(EVENTS);
    assertThat(figures.get("malformed").asInt()).isEqualTo(2);
    assertThat(figures.get("accuracy").asDouble()).isBetween(0.3, 1.0);
    Result late =
        execute(
            "evaluate", "--events", events, "--weights", weights, "--from", "2100-01-01T00:00:00Z");
    assertThat(late.exitCode()).isNotZero();
    assertThat(late.err())
        .contains(
            "nothing to score: none of 1,500 events has a target from 2100-01-01T00:00:00Z on")
        .hasLineCount(1);
  }

  /**
   * The next value is a sum of what two keys remember: the second model is fed by the first one.
   */
  @ParameterizedTest
  @ValueSource(strings = {"delta", "gated_delta"})
  void aModelOfTwoKeysIsScoredByTheJobAsByTheTrainer(String rule) throws Exception {
    Path history = Files.writeString(folder.resolve("pairs.csv"), pairs(5));
    Path held = Files.writeString(folder.resolve("held.csv"), pairs(6));
    Path schema =
        Files.writeString(
            folder.resolve("pair.json"),
            Files.readString(schemaFile)
                .replace("\"key\": \"user\"", "\"keys\": [\"user\", \"page\"]"));
    Path weights = folder.resolve("pair.safetensors");
    Path json = folder.resolve("train.json");
    Result trained =
        execute(
            "train",
            "--events",
            history,
            "--validation",
            held,
            "--schema",
            schema,
            "--out",
            weights,
            "--json",
            json,
            "--epochs",
            "2",
            "--dim",
            "8",
            "--heads",
            "2",
            "--rule",
            rule);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("second key page: 7 keys")
        .contains("pair-second.safetensors");
    Path scores = folder.resolve("evaluate.json");
    Result scored =
        execute(
            "evaluate",
            "--events",
            held,
            "--weights",
            weights,
            "--json",
            scores,
            "--parallelism",
            "2");
    assertThat(scored.exitCode()).as(scored.err()).isZero();
    JsonNode trainer = new ObjectMapper().readTree(json.toFile());
    JsonNode job = new ObjectMapper().readTree(scores.toFile());
    assertThat(job.get("log_loss").asDouble())
        .isCloseTo(trainer.get("validation.log_loss").asDouble(), within(1e-5));
    assertThat(job.get("accuracy").asDouble())
        .isCloseTo(trainer.get("validation.accuracy").asDouble(), within(1e-9));

    Path second = folder.resolve("pair-second.safetensors");
    WeightsFile read = WeightsFile.load(second);
    assertThat(read.metadata()).isEqualTo(WeightsFile.load(weights).metadata()).hasSize(1);
    new WeightsFile(read.weights(), Map.of("pair", "00000000")).write(second);
    assertThat(execute("evaluate", "--events", held, "--weights", weights).err())
        .contains("pair-second.safetensors was trained with another first model than pair.safe")
        .hasLineCount(1);
    // Files of earlier versions have no id.
    WeightsFile.write(read.weights(), second);
    assertThat(execute("evaluate", "--events", held, "--weights", weights).exitCode()).isZero();

    Files.delete(second);
    assertThat(execute("evaluate", "--events", held, "--weights", weights).err())
        .contains("two keys, user and page, and there is no pair-second.safetensors")
        .hasLineCount(1);
  }

  /** Many events have one time, so that ties are broken. */
  private static String pairs(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder csv = new StringBuilder("user,page,time,colour,next\n");
    for (int i = 0; i < EVENTS; i++) {
      int user = random.nextInt(20);
      int page = random.nextInt(7);
      int colour = random.nextInt(3);
      int next = (colour + user + page) % 3;
      csv.append(
          String.format(
              Locale.ROOT, "u%d,p%d,%d,c%d,n%d%n", user, page, 1000L * (i / 4), colour, next));
    }
    return csv.toString();
  }

  @Test
  void theSameSeedGivesTheSameFile() throws Exception {
    Path one = folder.resolve("one.safetensors");
    Path two = folder.resolve("two.safetensors");
    train(one, folder.resolve("a.json"));
    train(two, folder.resolve("b.json"));
    assertThat(one).hasSameBinaryContentAs(two);
  }

  @Test
  void saysWhatIsWrongInOneLine() {
    Path weights = folder.resolve("model.safetensors");
    Result share =
        execute(
            "train",
            "--events",
            events,
            "--schema",
            schemaFile,
            "--out",
            weights,
            "--validation",
            "1.5");
    assertThat(share.err()).contains("--validation is 1.5").hasLineCount(1);
    Result none = execute("evaluate", "--events", events, "--weights", folder.resolve("none"));
    assertThat(none.err()).contains("no such file").hasLineCount(1);
    assertThat(execute("experiment").err()).contains("which experiment");
  }

  @Test
  void checksFirstThatItsResultsCanBeWritten() throws Exception {
    Path file = file("file", "");
    for (String flag : List.of("--out", "--checkpoint", "--json")) {
      for (Path bad : List.of(file.resolve("model"), folder)) {
        Result result =
            execute(
                "train",
                "--events",
                folder.resolve("missing.csv"),
                "--schema",
                schemaFile,
                "--out",
                flag.equals("--out") ? bad : folder.resolve("model"),
                flag.equals("--out") ? "--seed" : flag,
                flag.equals("--out") ? 1 : bad);
        assertThat(result.err()).contains(flag + " is " + bad).hasLineCount(1);
        assertThat(result.exitCode()).isEqualTo(flag.equals("--json") ? 2 : 1);
      }
    }
  }

  @Test
  void keepsTheBestWeightsInAFolderThatItMakes() throws Exception {
    Path weights = folder.resolve("new/models/model.safetensors");
    Result trained = train(weights, folder.resolve("train.json"));
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(weights).exists();
    assertThat(trained.out())
        .contains("the best weights so far are in " + weights)
        .contains("steps are few, 400 are a beginning");
  }

  @Test
  void saysThatAModelIsOfNoUse() throws Exception {
    SplittableRandom random = new SplittableRandom(9);
    StringBuilder csv = new StringBuilder("user,time,colour,next\n");
    for (int i = 0; i < 300; i++) {
      csv.append(
          String.format(
              Locale.ROOT, "u%d,%d,c%d,n%d%n", i % 10, i, random.nextInt(3), random.nextInt(3)));
    }
    Files.writeString(events, csv);
    Result trained = train(folder.resolve("model.safetensors"), folder.resolve("train.json"));
    assertThat(trained.out())
        .contains("one answer for every event has 1.")
        .contains("has learned nothing of use");
  }

  @Test
  void learnsFromFewEventsWithoutBeingTold() throws Exception {
    Path json = folder.resolve("train.json");
    Result trained =
        execute(
            "train",
            "--events",
            events,
            "--schema",
            schemaFile,
            "--out",
            folder.resolve("model.safetensors"),
            "--json",
            json);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("validation.accuracy").asDouble()).isGreaterThan(0.85);
    assertThat(trained.out()).doesNotContain("note:");
  }

  private Result trainBriefly(Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("train", "--events", events, "--schema", schemaFile, "--epochs", 8));
    arguments.addAll(List.of("--dim", 16, "--heads", 2, "--chunk", 16, "--lanes", 8));
    arguments.addAll(List.of("--out", folder.resolve("model.safetensors")));
    arguments.addAll(List.of(more));
    return execute(arguments.toArray());
  }

  @Test
  void learnsTheHeldOutEventsInTheEndUnlessToldNotTo() throws Exception {
    Path json = folder.resolve("train.json");
    Path weights = folder.resolve("model.safetensors");
    Result twice = trainBriefly("--json", json);
    assertThat(twice.out()).contains("trained on all events: ");
    JsonNode refitted = new ObjectMapper().readTree(json.toFile());
    byte[] all = Files.readAllBytes(weights);
    Result once = trainBriefly("--no-refit", "--json", json);
    assertThat(once.out()).doesNotContain("trained on all events");
    JsonNode kept = new ObjectMapper().readTree(json.toFile());
    assertThat(Files.readAllBytes(weights)).isNotEqualTo(all);
    assertThat(refitted.get("validation.log_loss")).isEqualTo(kept.get("validation.log_loss"));
    // A tenth more events make a tenth more steps of the same share.
    assertThat(refitted.get("refit.steps").asInt())
        .isBetween(1, (int) (1.2 * kept.get("steps").asInt()));
    assertThat(trainBriefly("--validation", 0).out()).doesNotContain("trained on all events");
  }

  @Test
  void saysThatTwoEventsAreTooFewAndGivesTheLossOfAll() throws Exception {
    Files.writeString(events, "user,time,colour,next\nu1,0,c1,n1\nu1,60000,c0,n2\n");
    Result trained = trainBriefly("--validation", 0);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("note: 2 events with a target are too few to learn from")
        .containsPattern("steps; training loss [0-9.]+; not validated");
  }

  @Test
  void validatesOnTheEventsOfAnotherFileByTheMetricAskedFor() throws Exception {
    Path json = folder.resolve("train.json");
    Path other = folder.resolve("other.csv");
    Files.writeString(
        other,
        Files.readString(events).lines().limit(401).collect(Collectors.joining("\n")) + "\n");
    Result trained =
        trainBriefly("--validation", other, "--stop-metric", "accuracy", "--json", json);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    double validated = accuracy(json, "validation.accuracy");
    execute(
        "evaluate",
        "--events",
        other,
        "--weights",
        folder.resolve("model.safetensors"),
        "--json",
        json);
    assertThat(accuracy(json, "accuracy")).isEqualTo(validated);
    assertThat(trainBriefly("--stop-metric", "mae").err())
        .contains("stop metric MAE does not fit target next")
        .hasLineCount(1);
  }

  @Test
  void memoriesWithForgetGatesAreScoredByTheJobAsByTheTrainer() throws Exception {
    Path json = folder.resolve("train.json");
    Path weights = folder.resolve("model.safetensors");
    Result trained = trainBriefly("--validation", events, "--rule", "gated_delta", "--json", json);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    double validated = accuracy(json, "validation.log_loss");
    execute("evaluate", "--events", events, "--weights", weights, "--json", json);
    assertThat(accuracy(json, "log_loss")).isCloseTo(validated, within(1e-5));
    assertThat(WeightsFile.read(weights).config().updateRule()).isEqualTo(UpdateRule.GATED_DELTA);
  }

  private static double accuracy(Path json, String name) throws Exception {
    return new ObjectMapper().readTree(json.toFile()).get(name).asDouble();
  }

  @Test
  void tunesTheLearningRateWithinItsBudget() throws Exception {
    Path json = folder.resolve("train.json");
    Result trained = trainBriefly("--tune", 200, "--class-weights", "balanced", "--json", json);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("validation after 40 steps");
    double taken = new ObjectMapper().readTree(json.toFile()).get("learning_rate").asDouble();
    assertThat(trained.out()).contains("taken: " + taken);
    // A quarter of the default rate learns nothing in 40 steps.
    assertThat(taken).isGreaterThan(0.002);
    assertThat(trainBriefly("--tune", 50).err())
        .contains("--tune gives 5 learning rates 10 steps each, must be at least 20")
        .hasLineCount(1);
  }

  @Test
  void takesTheClassesOfTheEventsWhereTheSchemaListsNone() throws Exception {
    Path weights = folder.resolve("model.safetensors");
    String listed = Files.readString(schemaFile);
    Files.writeString(schemaFile, listed.replace(", \"classes\": [\"n0\", \"n1\", \"n2\"]", ""));
    Files.writeString(events, Files.readString(events).replace(",never\n", ",n1\n"));
    Result trained = trainBriefly();
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("3 classes of next in the events: n0, n1, n2");
    assertThat(WeightsFile.read(weights).schema().target().dim()).isEqualTo(3);
    StringBuilder many = new StringBuilder("user,time,colour,next\n");
    for (int i = 0; i <= 1000; i++) {
      many.append("u1,").append(i).append(",c1,n").append(i).append('\n');
    }
    Files.writeString(events, many);
    assertThat(trainBriefly().err()).contains("more than 1,000 values").hasLineCount(1);
  }

  @Test
  void helpShowsTheSizesThatHold() {
    assertThat(execute("train", "--help").out())
        .contains("Floats of an event's vector (default: 32)")
        .contains("Memories of a layer (default: 4)")
        .contains("in multiples of dim (default: 2)")
        .doesNotContainPattern("  Default:");
  }

  @Test
  void evaluateGivesNoScoreOfPredictionsThatAreNotFinite() throws Exception {
    SlowWeights sound = TrainedWeights.over(Files.readString(schemaFile));
    Map<String, Tensor> tensors = new HashMap<>(sound.tensors());
    for (String name : List.of("layers.0.0.fn.to_out.weight", "head.weight")) {
      float[] large = sound.get(name).clone();
      for (int i = 0; i < large.length; i++) {
        large[i] *= 1e25f;
      }
      tensors.put(name, new Tensor(sound.tensors().get(name).shape(), large));
    }
    Path weights = folder.resolve("large.safetensors");
    WeightsFile.write(new SlowWeights(sound.config(), sound.schema(), tensors), weights);
    Result scored = execute("evaluate", "--events", events, "--weights", weights);
    assertThat(scored.err()).contains("are not finite").hasLineCount(1);
    assertThat(scored.exitCode()).isEqualTo(1);
  }
}
