package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.train.TrainCommand;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Answers of students. */
@Command(
    name = "students",
    description =
        "Answers of ASSISTments 2015, right or wrong, by the memories of student and skill without"
            + " training; with --train also by a trained model, one memory for each student.",
    footer = {
      "",
      "The files: assist2015_test.csv and assist2015_train.csv of the split of DKVMN, three lines",
      "a student: number of answers, skills, correct or not."
    })
public final class StudentsExperiment extends StreamExperiment {
  private static final int SKILLS = 100;

  /** The prior is what {@code init} proposes for the training students. */
  private static final String SCHEMA =
      """
      {"keys": ["student", "skill"], "time": {"column": "time", "unit": "s"},
       "fields": [
         {"name": "student", "encoder": "hashed", "buckets": 65536},
         {"name": "skill", "encoder": "hashed", "buckets": 1024}],
       "target": {"name": "correct", "encoder": "binary", "prior": {"rate": 0.73, "events": 13}}}
      """;

  public static final StreamTask TASK =
      new StreamTask(
          "students",
          "ASSISTments 2015, test students",
          PublicFiles::answers,
          List.of(new Trial("student, then skill, no training", "", SCHEMA)),
          Measure.AUC,
          List.of(
              new Published("DKT", 0.7294),
              new Published("DKVMN", 0.7157),
              new Published("SAKT", 0.7149)),
          "the table of seewoo5/KT, on the split of DKVMN",
          "published models learn from the training students; memories with no training see the"
              + " test students alone, side by side, and those of skills learn from all of them;"
              + " their prior is two numbers of the training students");

  /** Chosen on the last tenth of the training students, before the test students were scored. */
  private static final List<String> TRAINING =
      List.of("--validate-by=key", "--epochs=3", "--depth=2", "--dropout=0.1");

  @Option(
      names = "--train",
      paramLabel = "FILE",
      description = "The training students: train a model on them and score it, too.")
  private Path train;

  StudentsExperiment() {
    super(TASK);
  }

  /** The schema of the trained model, which takes one key. */
  private static String trainedSchema() {
    String skills =
        IntStream.rangeClosed(1, SKILLS)
            .mapToObj(skill -> "\"" + skill + "\"")
            .collect(Collectors.joining(", "));
    return """
        {"key": "student", "time": {"column": "time", "unit": "s"},
         "fields": [{"name": "skill", "encoder": "categorical", "vocabulary": [%s]}],
         "target": {"name": "correct", "encoder": "binary"}}
        """
        .replace("%s", skills);
  }

  @Override
  void more(Path events, Path work, StreamTable table) throws Exception {
    if (train == null) {
      return;
    }
    Path weights = work.resolve("model.safetensors");
    Path schema = Files.writeString(work.resolve("schema.json"), trainedSchema());
    Path history = rewrite(train, work.resolve("train.csv"));
    TrainCommand training = new TrainCommand();
    List<String> arguments = new ArrayList<>(TRAINING);
    arguments.addAll(List.of("--events=" + history, "--schema=" + schema, "--out=" + weights));
    new CommandLine(training)
        .setOut(out())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    training.call();
    SlowWeights trained = WeightsFile.read(weights);
    table.add(
        "student, trained",
        ".trained",
        score(events, new JobModel(trained.schema(), trained), Map.of()));
  }
}
