package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.SavepointPath;
import io.fastweights.state.savepoint.MemoryRewrite;
import io.fastweights.state.savepoint.MemorySavepoint;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights rewrite}: the same memories, stored in another way. */
@Command(
    name = "rewrite",
    description = "Write a savepoint anew, with its memories stored in another way.",
    footer = {
      "",
      "The new savepoint is canonical: any state backend can start from it. The other operators'",
      "state comes along; that of a retained checkpoint goes on standing where it is. The old",
      "savepoint is left as it was."
    })
public final class RewriteCommand implements Callable<Integer> {
  /** How the floats of a base are stored. */
  enum Storage {
    /** 4 bytes each, exactly. */
    FP32
  }

  @Spec private CommandSpec command;

  @Mixin private SavepointOptions from;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Takes the new savepoint; must not exist or be empty.")
  private String out;

  @Option(
      names = "--storage",
      paramLabel = "FORMAT",
      defaultValue = "fp32",
      description = "Of bases: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Storage storage;

  @Option(
      names = "--fold",
      description = "Fold every log into its base. Predictions do not change by a bit.")
  private boolean fold;

  @Override
  public Integer call() throws Exception {
    MemorySavepoint savepoint = from.open();
    MemoryRewrite rewrite = MemoryRewrite.of(savepoint);
    if (fold) {
      rewrite.fold();
    }
    switch (storage) {
      case FP32 -> {
        // As the state is: another format is another serializer of the restored state.
      }
    }
    try (SavepointCluster cluster = new SavepointCluster(from.parallelism())) {
      rewrite.write(cluster.environment(), SavepointPath.of(out));
    }
    command.commandLine().getOut().println("written to " + out);
    command.commandLine().getOut().flush();
    return 0;
  }
}
