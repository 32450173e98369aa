package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Ratings of films. */
@Command(
    name = "ratings",
    description =
        "Ratings of MovieLens 100K in the order of their times, by the memories of film and user;"
            + " progressive mean absolute error, without training.",
    footer = {"", "The file: u.data, 100,000 lines of user, item, rating and time."})
public final class RatingsExperiment extends StreamExperiment {
  private static final String SCHEMA =
      """
      {"keys": ["item", "user"], "time": {"column": "time", "unit": "s"},
       "constants": {"one": "1"},
       "fields": [
         {"name": "item", "encoder": "hashed", "buckets": 4096},
         {"name": "user", "encoder": "hashed", "buckets": 4096},
         {"name": "one", "encoder": "numeric", "mean": 0, "deviation": 0.7}],
       "target": {"name": "rating", "encoder": "number", %s}}
      """;

  /** Chosen on the first fifth of the ratings, too. */
  private static final Map<String, String> PER_ROW =
      Map.of(
          FastWeightOptions.ASSOCIATIVE_STEP_SIZES.key(),
          StepSizes.PER_ROW.name(),
          FastWeightOptions.ASSOCIATIVE_BETAS.key(),
          "0.3;0.05");

  /** Of the first fifth of the ratings, on which the schema was chosen. */
  private static final String STANDARD = "\"mean\": 3.5, \"deviation\": 1.1";

  public static final StreamTask TASK =
      new StreamTask(
          "ratings",
          "MovieLens 100K",
          PublicFiles::ratings,
          List.of(
              new Trial("film, then user", "", SCHEMA.replace("%s", STANDARD), PER_ROW),
              new Trial("the same, constant steps", ".constant", SCHEMA.replace("%s", STANDARD)),
              new Trial(
                  "constant steps, running statistics",
                  ".running",
                  SCHEMA.replace("%s", STANDARD + ", \"statistics\": \"key\""))),
          Measure.MEAN_ABSOLUTE_ERROR,
          List.of(
              new Published("biased matrix factorisation", 0.7486),
              new Published("user and item bias", 0.7547),
              new Published("running mean", 0.942)),
          "River's tutorial on matrix factorisation for recommender systems",
          "ratings in the order of their times; schema and step sizes were chosen on the first fifth of them");

  RatingsExperiment() {
    super(TASK);
  }
}
