package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.experiment.ProcessExperiment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The next event of a case in a process log, with a memory for each case. */
abstract class CasesExperiment implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(names = "--events", required = true, paramLabel = "FILE", description = "The log.")
  private Path events;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--threads", description = "Default: all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  private final String key;
  private final String published;

  CasesExperiment(String key, String published) {
    this.key = key;
    this.published = published;
  }

  abstract ProcessExperiment.Result run(
      Path file, TrainOptions options, TrainProgress.Listener listener)
      throws IOException, MalformedEventException;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = command.commandLine().getOut();
    TrainOptions options = ProcessExperiment.options().seed(seed).threads(threads).build();
    ProcessExperiment.Result result = run(events, options, new ProgressLine(out));
    double accuracy = result.test().get("accuracy");
    out.printf(
        Locale.ROOT,
        "accuracy %.4f on %,d events (%s)%n",
        accuracy,
        result.test().events(),
        published);
    out.flush();
    new Figures().put(key, accuracy).put("scored", result.test().events()).writeJson(json);
    return 0;
  }

  /** Tax et al. 2017's protocol. */
  @Command(
      name = "helpdesk",
      description =
          "Next activity of a ticket; cases in file order, the first two thirds train, prefixes of 2"
              + " and more, real next events only (Tax et al. 2017).")
  static final class Helpdesk extends CasesExperiment {
    Helpdesk() {
      super("helpdesk.accuracy", "published LSTM 0.7123, 3-gram 0.696");
    }

    @Override
    ProcessExperiment.Result run(Path file, TrainOptions options, TrainProgress.Listener listener)
        throws IOException, MalformedEventException {
      return ProcessExperiment.helpdesk(file, options, listener);
    }
  }

  /** Incidents of a service desk. */
  @Command(
      name = "incidents",
      description =
          "Next state of an incident; four fifths of the cases by their first event train, the end"
              + " of a case counted, prefixes of 1 and more.")
  static final class Incidents extends CasesExperiment {
    Incidents() {
      super("incidents.accuracy", "n-gram 0.699");
    }

    @Override
    ProcessExperiment.Result run(Path file, TrainOptions options, TrainProgress.Listener listener)
        throws IOException, MalformedEventException {
      return ProcessExperiment.incidents(file, options, listener);
    }
  }
}
