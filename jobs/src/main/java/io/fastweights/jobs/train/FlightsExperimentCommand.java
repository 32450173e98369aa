package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.kernels.model.WeightsFile;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.experiment.FlightsExperiment;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Slow weights trained on two weeks of flights, then frozen and streamed over the rest. */
@Command(
    name = "flights",
    description =
        "Train on the flights of 1 to 14 January, then stream the month and score from the 15th on.")
final class FlightsExperimentCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      paramLabel = "FILE",
      description = "Flights: time, origin, destination, distance, delay; CSV, gzipped.")
  private Path events;

  @Option(names = "--epochs", defaultValue = "1.2", description = "Default: ${DEFAULT-VALUE}.")
  private double epochs;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--threads", description = "Default: all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--out", paramLabel = "FILE", description = "Takes the weights, safetensors.")
  private Path weights;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    TrainOptions options =
        FlightsExperiment.options().epochs(epochs).seed(seed).threads(threads).build();
    FlightsExperiment.Result result =
        FlightsExperiment.run(events, FlightsExperiment.model(), options, 0, new ProgressLine(out));
    if (weights != null) {
      WeightsFile.write(result.weights(), weights);
    }
    FlightsExperiment.Baselines baselines = FlightsExperiment.baselines(events, seed);
    double auc = result.warm().get("auc");
    out.printf(
        Locale.ROOT,
        "AUC from 15 January on: one airport's memory %.4f%n"
            + "  logistic regression on hand-made features of the airport %.4f%n"
            + "  small network on the same %.4f%n"
            + "  small network on the features of every airport %.4f%n",
        auc,
        baselines.regression(),
        baselines.network(),
        baselines.everywhere());
    out.flush();
    new Figures()
        .put("flights.auc", auc)
        .put("flights.coldAuc", result.cold().get("auc"))
        .put("flights.regression", baselines.regression())
        .put("flights.network", baselines.network())
        .put("flights.everywhere", baselines.everywhere())
        .writeJson(json);
    return 0;
  }
}
