package io.fastweights.jobs;

import io.fastweights.jobs.bench.BenchCommand;
import io.fastweights.jobs.broker.BrokerCommand;
import io.fastweights.jobs.chaos.ChaosCommand;
import io.fastweights.jobs.cluster.ClusterCommand;
import io.fastweights.jobs.cluster.SqlCommand;
import io.fastweights.jobs.demo.DemoCommand;
import io.fastweights.jobs.experiment.ExperimentCommand;
import io.fastweights.jobs.gpucheck.GpuCheckCommand;
import io.fastweights.jobs.init.InitCommand;
import io.fastweights.jobs.retrain.RetrainCommand;
import io.fastweights.jobs.savepoint.BootstrapCommand;
import io.fastweights.jobs.savepoint.ExportCommand;
import io.fastweights.jobs.savepoint.InspectCommand;
import io.fastweights.jobs.savepoint.RewriteCommand;
import io.fastweights.jobs.sizing.SizeCommand;
import io.fastweights.jobs.train.TrainCommand;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command table. Exit codes: 0 done, 1 failed, 2 wrong usage; gpu-check has one more. */
@Command(
    name = "fastweights",
    description = "Per-key learned memory for Apache Flink.",
    subcommands = {
      DemoCommand.class,
      InitCommand.class,
      RunCommand.class,
      ClusterCommand.class,
      SqlCommand.class,
      BrokerCommand.class,
      ChaosCommand.class,
      TrainCommand.class,
      RetrainCommand.class,
      EvaluateCommand.class,
      ExperimentCommand.class,
      BootstrapCommand.class,
      InspectCommand.class,
      ExportCommand.class,
      RewriteCommand.class,
      SizeCommand.class,
      BenchCommand.class,
      GpuCheckCommand.class,
      CompletionCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    footer = {
      "",
      "fastweights COMMAND --help tells about one command. Completion by the tab key, in bash and zsh:",
      "source <(fastweights completion)"
    })
public final class Main {
  private static final int USAGE_WIDTH = 100;
  private static final String VERBOSE = "--verbose";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show the version.")
  private boolean version;

  @Option(
      names = VERBOSE,
      scope = ScopeType.INHERIT,
      description = "Log what Flink does, and show the stack trace of an error.")
  private boolean verbose;

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    // Libraries format errors, and Flink formats sizes, with the digits of the default locale.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    if (Arrays.asList(args).contains(VERBOSE)) {
      System.setProperty("fastweights.log.level", "INFO");
    }
    System.exit(commandLine().execute(args));
  }

  /** The command line; it can be run many times. */
  public static CommandLine commandLine() {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(USAGE_WIDTH);
    line.setExecutionStrategy(main::execute);
    line.setParameterExceptionHandler(
        (wrong, args) -> Errors.usage(wrong, Arrays.asList(args).contains(VERBOSE)));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> Errors.failure(failure, command, main.verbose));
    return line;
  }

  private int execute(ParseResult parsed) {
    if (!parsed.hasSubcommand() && !help && !version) {
      parsed.commandSpec().commandLine().usage(parsed.commandSpec().commandLine().getOut());
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (LinkageError | OutOfMemoryError | StackOverflowError e) {
      // An error of a library is one line too.
      throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), e.toString(), e);
    }
  }

  /** The version that the build wrote into the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"fastweights " + (version == null ? "(not packaged)" : version)};
    }
  }
}
