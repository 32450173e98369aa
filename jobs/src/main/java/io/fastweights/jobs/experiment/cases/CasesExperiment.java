package io.fastweights.jobs.experiment.cases;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.train.LearningOptions;
import io.fastweights.jobs.train.ProgressLine;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.measures.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The next event of a case in a process log. */
public abstract class CasesExperiment implements Callable<Integer> {
  @Option(names = "--events", required = true, paramLabel = "FILE", description = "The log.")
  Path events;

  @Option(names = "--epochs", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
  private double epochs;

  @Mixin private LearningOptions learning;

  TrainOptions options() {
    learning.prepare();
    return learning.apply(ProcessExperiment.options()).epochs(epochs).build();
  }

  ProgressLine progress() {
    return new ProgressLine(learning.out());
  }

  /** Prints accuracies; the first is the experiment's own. */
  void report(String experiment, List<Measured> all, String published) throws Exception {
    Figures figures = new Figures();
    for (Measured measured : all) {
      Metrics test = measured.test();
      String name = experiment + measured.suffix();
      learning
          .out()
          .printf(
              Locale.ROOT,
              "%s: accuracy %.4f on %,d events (%s)%n",
              measured.title(),
              test.get("accuracy"),
              test.events(),
              published);
      figures.put(name + ".accuracy", test.get("accuracy")).put(name + ".scored", test.events());
    }
    learning.write(figures);
  }

  /**
   * @param suffix of the figures' names
   */
  record Measured(String title, String suffix, Metrics test) {}

  /** Tax et al. 2017's protocol. */
  @Command(
      name = "helpdesk",
      description =
          "Next activity of a ticket; cases in file order, the first two thirds train, prefixes of 2"
              + " and more, real next events only (Tax et al. 2017).")
  public static final class Helpdesk extends CasesExperiment {
    @Override
    public Integer call() throws Exception {
      Metrics test = ProcessExperiment.helpdesk(events, options(), progress());
      report(
          "helpdesk",
          List.of(new Measured("a memory for each ticket", "", test)),
          "published LSTM 0.7123, 3-gram 0.696");
      return 0;
    }
  }

  /** Incidents of a service desk. */
  @Command(
      name = "incidents",
      description =
          "Next state of an incident; four fifths of the cases by their first event train, the end"
              + " of a case counted, prefixes of 1 and more.")
  public static final class Incidents extends CasesExperiment {
    /** The key of a memory. */
    enum Key {
      CASE("a memory for each incident", ""),
      CALLER("a memory for each caller", ".caller");

      private final String title;
      private final String suffix;

      Key(String title, String suffix) {
        this.title = title;
        this.suffix = suffix;
      }
    }

    @Option(
        names = "--key",
        split = ",",
        defaultValue = "case,caller",
        paramLabel = "KEY",
        description = "Keys of the memories: ${COMPLETION-CANDIDATES} (default: both).")
    private List<Key> keys;

    @Override
    public Integer call() throws Exception {
      List<Measured> all = new ArrayList<>();
      for (Key key : keys) {
        Metrics test =
            ProcessExperiment.incidents(events, key == Key.CALLER, options(), progress());
        all.add(new Measured(key.title, key.suffix, test));
      }
      report("incidents", all, "n-gram 0.699");
      return 0;
    }
  }
}
