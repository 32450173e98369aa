package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.QualityTable;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.process.TemporaryFiles;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;

/** Which film a user takes next, among others. */
@Command(
    name = "films",
    description =
        "The next film of each user of MovieLens 100K, in the order of their times: MRR and recall of"
            + " rankings, without training, beside the most popular films.",
    footer = {
      "",
      "The file: u.data, 100,000 lines of user, item, rating and time. Each film is ranked among 100",
      "that its user never rates, and last among all."
    })
public final class FilmsExperiment extends StreamExperiment {
  private static final String NAME = "films";

  /** Column of the film. */
  private static final int FILM = 3;

  /** A column of one value, in which a memory learns what is taken whatever comes before. */
  private static final String ONE = "{\"name\": \"one\", \"encoder\": \"hashed\", \"buckets\": 2}";

  private static final String LAST =
      "{\"name\": \"last\", \"encoder\": \"hashed\", \"buckets\": 4096}";

  private static final String SCHEMA =
      """
      {"key": "%s", "time": {"column": "time", "unit": "s"},
       "constants": {"one": "1"},
       "fields": [%s],
       "target": {"name": "film", "encoder": "item", "size": %d}%s}
      """;

  /**
   * A choice of memories.
   *
   * @param all true if each film is ranked among all films
   * @param options of the memories, by their keys
   */
  private record Choice(
      String title,
      String suffix,
      String key,
      String fields,
      int size,
      boolean all,
      Map<String, String> options) {
    /**
     * @param films all of them
     */
    JobModel model(List<String> films) {
      String candidates = all ? "" : ", \"candidates\": \"shown\"";
      String schema = String.format(Locale.ROOT, SCHEMA, key, fields, size, candidates);
      return new JobModel(SchemaJson.parse(schema), null, null, all ? films : null);
    }
  }

  private static final List<Choice> CHOICES =
      List.of(
          new Choice(
              "a memory of each user, by the last film",
              ".user",
              "user",
              LAST + ", " + ONE,
              64,
              false,
              Map.of("fastweights.associative.key-dim", "64")),
          new Choice(
              "a memory of each film: what users take after it",
              ".last",
              "last",
              ONE,
              256,
              false,
              Map.of(
                  "fastweights.associative.key-dim", "16",
                  "fastweights.associative.step-sizes", "PER_ROW")),
          new Choice(
              "one memory of all, by the last film",
              ".one",
              "one",
              LAST + ", " + ONE,
              1024,
              false,
              Map.of("fastweights.associative.betas", "0.005;0.001")),
          new Choice(
              "one memory of all, by the last film, among all films",
              ".all",
              "one",
              LAST + ", " + ONE,
              1024,
              true,
              Map.of("fastweights.associative.betas", "0.02;0.005")));

  FilmsExperiment() {
    super(
        new StreamTask(
            NAME,
            "MovieLens 100K",
            PublicFiles::films,
            List.of(),
            Measure.MRR,
            List.of(),
            "",
            "each film is ranked among 100 that its user never rates"));
  }

  @Override
  public Integer call() throws Exception {
    options.check();
    Path work = TemporaryFiles.folder();
    Figures figures = new Figures();
    try {
      Path events = rewrite(data, work.resolve("events.csv"));
      List<String> films = films(events);
      for (Choice choice : CHOICES) {
        Quality quality = score(events, choice.model(films), choice.options());
        out().println();
        out().println(choice.title());
        new QualityTable(quality).print(out());
        put(quality, choice.suffix(), figures);
      }
    } finally {
      FileUtils.deleteDirectoryQuietly(work.toFile());
    }
    json.write(figures);
    return 0;
  }

  private static List<String> films(Path events) throws IOException {
    try (Stream<String> lines = Files.lines(events)) {
      return lines.skip(1).map(line -> line.split(",")[FILM]).distinct().toList();
    }
  }

  private static void put(Quality quality, String suffix, Figures figures) {
    for (Model model : quality.models()) {
      String of = model == quality.ours() ? "" : "baseline." + model.name() + ".";
      model
          .measures()
          .forEach(
              (measure, value) ->
                  figures.put(NAME + suffix + "." + of + measure.key(), value.value()));
    }
  }
}
