package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options for computation and for the output of figures, shared by the commands here. */
public class ScoringOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Change the time, not the results (default: all processors).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private JsonFile json;

  /**
   * @throws ParameterException if there are none
   */
  public int threads() {
    if (threads < 1) {
      throw new ParameterException(
          command.commandLine(), "--threads is " + threads + ", must be at least 1");
    }
    return threads;
  }

  /**
   * @throws IllegalArgumentException if the figures cannot be written
   */
  public void prepare() {}

  /** Output of the command. */
  public PrintWriter out() {
    return command.commandLine().getOut();
  }

  public void write(Figures figures) throws IOException {
    out().flush();
    json.write(figures);
  }
}
