package io.fastweights.jobs;

import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.pipeline.JobModel;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Flags of the pages on a job. */
final class PageFlags {
  private static final int LAST_PORT = 65_535;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write a page on how good the predictions are, when the job has ended: one HTML file.")
  private Path report;

  @Option(
      names = "--live",
      arity = "0..1",
      paramLabel = "PORT",
      fallbackValue = "0",
      description =
          "Serve a page on the job while it runs, to browsers of this machine alone (default: a free"
              + " port, which is printed).")
  private Integer live;

  /** Refuses what would fail after long work. */
  void check() {
    OutputFile.prepare("--report", report);
    if (live != null && (live < 0 || live > LAST_PORT)) {
      throw new ParameterException(
          command.commandLine(), "--live is " + live + ", must be in 0 ... " + LAST_PORT);
    }
  }

  /**
   * @param events in words
   */
  JobPages of(String events, JobModel model) {
    return new JobPages(report, live, events, model);
  }
}
