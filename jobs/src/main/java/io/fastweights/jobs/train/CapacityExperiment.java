package io.fastweights.jobs.train;

import io.fastweights.jobs.output.Figures;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.experiment.RetrievalTask;
import io.fastweights.kernels.train.experiment.SyntheticRetrieval;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Synthetic retrieval, Schlag et al. 2021, section 6.1, setting 1: the largest number of keys up to
 * which every size was solved.
 */
@Command(
    name = "capacity",
    description = "How many keys a memory retrieves (Schlag et al. 2021, section 6.1, setting 1).",
    footer = {
      "",
      "Sizes are tried in steps of 20 from --first on until one is not solved (loss at most",
      "0.001). Large sizes take hours."
    })
final class CapacityExperiment implements Callable<Integer> {
  private static final int STEP = 20;

  /** A feature map and what the paper solved with it. */
  enum Method {
    LINEAR("linear", FeatureMap.ELU_PLUS_ONE, 1, 40),
    DPFP1("dpfp1", FeatureMap.DPFP, 1, 100),
    DPFP2("dpfp2", FeatureMap.DPFP, 2, 240),
    DPFP3("dpfp3", FeatureMap.DPFP, 3, 340);

    private final String key;
    private final FeatureMap map;
    private final int nu;
    private final int published;

    Method(String key, FeatureMap map, int nu, int published) {
      this.key = key;
      this.map = map;
      this.nu = nu;
      this.published = published;
    }
  }

  @Spec private CommandSpec command;

  @Option(
      names = "--methods",
      split = ",",
      defaultValue = "linear,dpfp1,dpfp2,dpfp3",
      description = "Of ${COMPLETION-CANDIDATES} (default: all).")
  private List<Method> methods;

  @Option(
      names = "--first",
      defaultValue = "20",
      description = "Smallest number of keys (default: ${DEFAULT-VALUE}).")
  private int first;

  @Option(
      names = "--last",
      defaultValue = "600",
      description = "Largest number of keys (default: ${DEFAULT-VALUE}).")
  private int last;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  @Override
  public Integer call() throws Exception {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException(
          "--first is %d, --last %d: must be 1 <= first <= last".formatted(first, last));
    }
    PrintWriter out = command.commandLine().getOut();
    Figures figures = new Figures();
    for (Method method : methods) {
      int solved = solved(method, out);
      figures.put("capacity." + method.key, solved);
      out.printf("%s: %d keys, published %d%n", method.key, solved, method.published);
      out.flush();
    }
    figures.writeJson(json);
    return 0;
  }

  private int solved(Method method, PrintWriter out) {
    int solved = 0;
    for (int keys = first; keys <= last; keys += STEP) {
      RetrievalTask task = new RetrievalTask(1, UpdateRule.SUM, method.map, method.nu, keys);
      SyntheticRetrieval.Result result = SyntheticRetrieval.run(task, seed);
      out.printf(
          Locale.ROOT,
          "  %s, %d keys: loss %.6f after %,d steps%n",
          method.key,
          keys,
          result.bestLoss(),
          result.steps());
      out.flush();
      if (!result.solved()) {
        break;
      }
      solved = keys;
    }
    return solved;
  }
}
