package io.fastweights.jobs.gpucheck;

import io.fastweights.jobs.gpucheck.GpuCheck.Part;
import io.fastweights.jobs.gpucheck.GpuCheck.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Checks a GPU, and is all that a bundle runs: it needs picocli, module kernels and JCuda, and
 * nothing of Flink.
 */
@Command(
    name = "gpu-check",
    description = "Check that a GPU runs the kernels rightly, and how fast.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The contract of engines holds on the device.",
      "1:It does not, or the check failed.",
      "2:Wrong usage.",
      "3:There is no device to check."
    })
class DeviceCheck implements Callable<Integer> {
  static final int NO_DEVICE = 3;

  @Spec CommandSpec command;

  @Option(
      names = "--device",
      paramLabel = "N",
      defaultValue = "0",
      description = "Index of the device (default: ${DEFAULT-VALUE}).")
  private int device;

  @Option(
      names = "--quick",
      description = "Few events, small batches: whether it works, not how fast it is.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES}, in commas (default: all).")
  private Set<Part> only;

  @Option(
      names = "--tune",
      paramLabel = "PTX",
      description = "Time the kernels of this file beside those that ship.")
  private Path tune;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Write the tables as docs/gpu.md has them, too.")
  private Path markdown;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every figure, unrounded, too.")
  private Path json;

  /** The command of a bundle. */
  public static void main(String[] args) {
    System.exit(standalone().execute(args));
  }

  static CommandLine standalone() {
    CommandLine line = new CommandLine(new DeviceCheck());
    line.getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          failed.getErr().println("gpu-check: " + failure.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line;
  }

  @Override
  public Integer call() throws Exception {
    check();
    Optional<String> missing = GpuCheck.missing(device);
    if (missing.isPresent()) {
      command.commandLine().getErr().println("gpu-check: no GPU was checked: " + missing.get());
      return NO_DEVICE;
    }
    PrintWriter out = command.commandLine().getOut();
    Set<Part> parts = only == null ? EnumSet.allOf(Part.class) : only;
    CheckReport report =
        GpuCheck.run(
            new Settings(parts, device, quick, tune),
            line -> {
              out.println(line);
              out.flush();
            });
    write(report);
    return report.contractHolds() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void check() {
    require(device >= 0, "--device is " + device + ", must be 0 or more");
    require(tune == null || Files.isReadable(tune), "--tune: cannot read " + tune);
    for (Path file : new Path[] {markdown, json}) {
      // Check first: results that take minutes must not fail to be written.
      require(
          file == null || Files.isDirectory(file.toAbsolutePath().getParent()),
          "there is no folder for " + file);
    }
  }

  /** True if any option of a check is given. */
  final boolean asksForMore() {
    boolean writes = markdown != null || json != null;
    return writes || quick || device != 0 || only != null || tune != null;
  }

  final void require(boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(command.commandLine(), message);
    }
  }

  private void write(CheckReport report) throws IOException {
    if (markdown != null) {
      Files.writeString(markdown, report.markdown());
    }
    if (json != null) {
      report.writeJson(json);
    }
  }
}
