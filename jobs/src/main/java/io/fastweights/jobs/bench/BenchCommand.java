package io.fastweights.jobs.bench;

import io.fastweights.jobs.bench.ask.AskBenchCommand;
import io.fastweights.jobs.bench.engine.DriftBenchCommand;
import io.fastweights.jobs.bench.engine.EngineBenchCommand;
import io.fastweights.jobs.bench.engine.ParityBenchCommand;
import io.fastweights.jobs.bench.job.JobBenchCommand;
import io.fastweights.jobs.bench.operator.OperatorBenchCommand;
import io.fastweights.jobs.bench.read.ReadBenchCommand;
import io.fastweights.jobs.bench.state.StateBenchCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastweights bench}: measures, in ratios within one run. */
@Command(
    name = "bench",
    description = "Measure how fast this machine is, beside what it could do.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EngineBenchCommand.class,
      StateBenchCommand.class,
      JobBenchCommand.class,
      ReadBenchCommand.class,
      OperatorBenchCommand.class,
      AskBenchCommand.class,
      DriftBenchCommand.class,
      ParityBenchCommand.class
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec command;

  @Override
  public void run() {
    throw new ParameterException(
        command.commandLine(),
        "which benchmark? There are: engine, state, job, read, operator, ask, drift, parity");
  }
}
