package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.SavepointPath;
import io.fastweights.kernels.model.Storage;
import io.fastweights.state.savepoint.MemoryRewrite;
import io.fastweights.state.savepoint.MemorySavepoint;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
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
      description =
          "Store every memory as ${COMPLETION-CANDIDATES}, its log folded (default: as it is). For"
              + " a job that has the same as fastweights.storage.")
  private Storage storage;

  @Option(
      names = "--fold",
      description = "Fold every log into its base. Predictions do not change by a bit.")
  private boolean fold;

  @Option(
      names = "--reset",
      description =
          "Empty memories that hold NaN or infinite weights. Their keys begin anew; 'inspect' counts"
              + " them.")
  private boolean reset;

  @Option(
      names = "--drop-keys",
      paramLabel = "KEY",
      split = ",",
      description = "Leave out the memories of these keys, which begin anew.")
  private Set<String> dropped = Set.of();

  @Override
  public Integer call() throws Exception {
    MemorySavepoint savepoint = from.open();
    MemoryRewrite rewrite = MemoryRewrite.of(savepoint);
    if (fold) {
      rewrite.fold();
    }
    if (storage != null) {
      rewrite.storage(storage);
    }
    if (reset) {
      rewrite.reset();
    }
    rewrite.drop(dropped);
    try (SavepointCluster cluster = new SavepointCluster(from.parallelism())) {
      requireKeys(savepoint, cluster);
      if (reset) {
        sayLost(savepoint, cluster);
      }
      rewrite.write(cluster.environment(), SavepointPath.of(out));
    }
    command.commandLine().getOut().println("written to " + out);
    command.commandLine().getOut().flush();
    return 0;
  }

  /** A key that is misspelt must not pass for one that was dropped. */
  private void requireKeys(MemorySavepoint savepoint, SavepointCluster cluster) throws Exception {
    if (dropped.isEmpty()) {
      return;
    }
    Set<String> missing = new TreeSet<>(dropped);
    cluster.memories(savepoint, dropped, memory -> missing.remove(memory.key()));
    if (!missing.isEmpty()) {
      throw NearestKeys.refusal(missing.iterator().next(), savepoint, cluster);
    }
  }

  private void sayLost(MemorySavepoint savepoint, SavepointCluster cluster) throws Exception {
    MemorySummary summary = new MemorySummary(0);
    cluster.figures(savepoint, summary);
    long lost = summary.figures().get("notFinite").longValue();
    String keys = String.join(", ", summary.lostKeys());
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%,d of %,d memories are not finite and are emptied%s%n",
            lost,
            summary.figures().get("keys").longValue(),
            lost == 0 ? "" : ": " + keys);
  }
}
