package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.quality.Measure;
import java.util.List;
import picocli.CommandLine.Command;

/** The direction of the price of electricity. */
@Command(
    name = "electricity",
    description =
        "The price of electricity in New South Wales: above or below its average of the last day;"
            + " prequential accuracy, without training.",
    footer = {
      "",
      "The file: CSV with the columns period, nswprice, nswdemand, vicprice, vicdemand, transfer",
      "and class, 45,312 lines in order, as OpenML, CapyMOA and River have it."
    })
public final class ElectricityExperiment extends StreamExperiment {
  private static final String SCHEMA =
      """
      {"key": "market", "time": {"column": "time", "unit": "s"},
       "constants": {"market": "NSW"},
       "fields": [
         {"name": "period", "encoder": "numeric"},
         {"name": "nswdemand", "encoder": "numeric"},
         {"name": "vicprice", "encoder": "numeric"},
         {"name": "vicdemand", "encoder": "numeric"},
         {"name": "transfer", "encoder": "numeric"}%s],
       "target": {"name": "class", "encoder": "binary", "prior": {}}}
      """;

  public static final StreamTask TASK =
      new StreamTask(
          "electricity",
          "Electricity, New South Wales",
          PublicFiles::electricity,
          List.of(
              new Trial(
                  "one memory, no training",
                  "",
                  SCHEMA.replace("%s", ", {\"name\": \"nswprice\", \"encoder\": \"numeric\"}")),
              new Trial("the same without the price", ".withoutPrice", SCHEMA.replace("%s", ""))),
          Measure.ACCURACY,
          List.of(
              new Published("ALMA", 0.9064),
              new Published("leveraging bagging", 0.8927),
              new Published("adaptive random forest", 0.8766),
              new Published("streaming random patches", 0.8689),
              new Published("last class", 0.8533)),
          "River's benchmark of binary classification, data set Elec2",
          "all see the price of the half hour that is predicted; numbers are standardised by"
              + " running statistics of the last 30 values, and the class compares the price with"
              + " its average of the last 48");

  ElectricityExperiment() {
    super(TASK);
  }
}
