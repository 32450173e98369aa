package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightSetup;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.train.LearningOptions;
import io.fastweights.jobs.train.ProgressLine;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Slow weights trained on two weeks of flights, then frozen and streamed over the rest. */
@Command(
    name = "flights",
    description =
        "Train on the flights of 1 to 14 January, then stream the month and score from the 15th on.",
    footer = {"", "Without --events: the flights that come with the program, those of the demo."})
public final class FlightsExperimentCommand implements Callable<Integer> {
  /** A model. */
  enum Size {
    SMALL(FlightSetup.SMALL),
    LARGE(FlightSetup.LARGE);

    private final FlightSetup setup;

    Size(FlightSetup setup) {
      this.setup = setup;
    }
  }

  @Option(
      names = "--size",
      defaultValue = "large",
      paramLabel = "SIZE",
      description = "The model: ${COMPLETION-CANDIDATES}, the demo's is small (default: large).")
  private Size size;

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description = "Flights: time, origin, destination, distance, delay; CSV, gzipped.")
  private Path events;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Default: 1.2 for the small model, 2 for the large one.")
  private Double epochs;

  @Option(
      names = "--two-keys",
      description =
          "After the model of the origins train one of the destinations, which is given the first"
              + " one's answers.")
  private boolean twoKeys;

  @Option(names = "--out", paramLabel = "FILE", description = "Takes the weights, safetensors.")
  private Path weights;

  @Mixin private LearningOptions learning;

  @Override
  public Integer call() throws Exception {
    OutputFile.prepare("--out", weights);
    learning.prepare();
    List<Flight> flights = flights();
    TrainOptions.Builder options = learning.apply(FlightsExperiment.options(size.setup));
    if (epochs != null) {
      options.epochs(epochs);
    }
    FlightsExperiment.Result result =
        FlightsExperiment.run(
            flights, size.setup, options.build(), 0, new ProgressLine(learning.out()));
    if (weights != null) {
      WeightsFile.write(result.weights(), weights);
    }
    double auc = result.warm().get("auc");
    double cold = result.cold().get("auc");
    learning
        .out()
        .printf(
            Locale.ROOT,
            "AUC from 15 January on: one airport's memory %.4f; empty on that day %.4f%n",
            auc,
            cold);
    Figures pair = pair(flights, result, options.build());
    FlightsExperiment.Baselines baselines = FlightsExperiment.baselines(flights, learning.seed());
    learning
        .out()
        .printf(
            Locale.ROOT,
            "  logistic regression on hand-made features of the airport %.4f%n"
                + "  small network on the same %.4f%n"
                + "  small network on the features of every airport %.4f%n",
            baselines.regression(),
            baselines.network(),
            baselines.everywhere());
    learning.write(
        new Figures()
            .put("flights.auc", auc)
            .put("flights.coldAuc", cold)
            .putAll(pair)
            .put("flights.regression", baselines.regression())
            .put("flights.network", baselines.network())
            .put("flights.everywhere", baselines.everywhere()));
    return 0;
  }

  private Figures pair(List<Flight> flights, FlightsExperiment.Result first, TrainOptions options)
      throws Exception {
    if (!twoKeys) {
      return new Figures();
    }
    double auc =
        FlightsExperiment.second(
                flights, size.setup, first.weights(), options, new ProgressLine(learning.out()))
            .get("auc");
    learning.out().printf(Locale.ROOT, "  origin, then destination, both trained %.4f%n", auc);
    return new Figures().put("flights.pairAuc", auc);
  }

  private List<Flight> flights() throws IOException {
    if (events == null) {
      return Flights.january2001();
    }
    try (InputStream in = Files.newInputStream(events)) {
      return Flight.read(in);
    }
  }
}
