package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

  private static final Duration PEER_LIMIT = Duration.ofMinutes(20);

  /** Programs of others that run beside ours. */
  enum Peer {
    MOA
  }

  @Option(
      names = "--peer",
      paramLabel = "PEER",
      description =
          "Run a program of others on the same events: ${COMPLETION-CANDIDATES}. MOA is under the"
              + " GPL and no part of this program: Maven fetches it into its local repository.")
  private Peer peer;

  @Option(
      names = "--peer-jars",
      paramLabel = "FOLDER",
      description = "The jars of --peer, instead of Maven's.")
  private Path peerJars;

  ElectricityExperiment() {
    super(TASK);
  }

  @Override
  public Integer call() throws Exception {
    if (peerJars != null && peer == null) {
      throw new IllegalArgumentException("--peer-jars is of no use without --peer");
    }
    return super.call();
  }

  @Override
  void more(Path events, Path work, StreamTable table) throws Exception {
    if (peer == null) {
      return;
    }
    Schema schema = SchemaJson.parse(TASK.trials().get(0).schema());
    try {
      MoaJars jars = peerJars == null ? MoaJars.fetch("mvn", work) : MoaJars.of(peerJars);
      new MoaPeer(jars, PEER_LIMIT).compare(events, schema, work, table, err());
    } catch (IOException e) {
      // The figures that are there are printed all the same.
      err().println("fastweights: no figures of " + peer + ": " + e.getMessage());
    }
  }
}
