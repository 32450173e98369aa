package io.fastweights.jobs.experiment.retrieval;

import io.fastweights.jobs.experiment.retrieval.RetrievalTask.Phi;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.train.LearningOptions;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Synthetic retrieval, Schlag et al. 2021, section 6.1, with the published losses beside ours. */
@Command(
    name = "capacity",
    description = "How many keys a memory retrieves (Schlag et al. 2021, section 6.1).",
    footer = {
      "",
      "Setting 1, N keys once each, under the sum rule: sizes are tried until one is not solved",
      "(loss at most 0.001). Setting 2, keys come again with other values, under the delta rule and",
      "the sum rule: every size is tried. Each method runs on a thread of its own. Large sizes take",
      "hours, FAVOR+ with many features too."
    })
public final class CapacityExperiment implements Callable<Integer> {
  private static final int STEP = 20;
  private static final int LARGEST = 600;

  @Option(
      names = "--setting",
      defaultValue = "1",
      paramLabel = "1|2",
      description = "Default: ${DEFAULT-VALUE}.")
  private int setting;

  @Option(
      names = "--methods",
      split = ",",
      paramLabel = "METHOD",
      description =
          "Of ${COMPLETION-CANDIDATES} (default: linear,dpfp1,dpfp2,dpfp3; in setting 2"
              + " dpfp1,dpfp2).")
  private List<Phi> methods;

  @Option(
      names = "--rules",
      split = ",",
      paramLabel = "RULE",
      description = "Of delta, sum (default: sum; in setting 2 both).")
  private List<UpdateRule> rules;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "N",
      description = "Sizes (default: 20,40 ... 600; in setting 2 20,60,100,200).")
  private List<Integer> sizes;

  @Mixin private LearningOptions learning;

  /** A feature map under a rule. */
  private record Method(Phi phi, UpdateRule rule) {}

  @Override
  public Integer call() throws Exception {
    defaults();
    PublishedLosses published = new PublishedLosses();
    List<Future<Figures>> running = new ArrayList<>();
    learning.prepare();
    ExecutorService threads = Executors.newFixedThreadPool(learning.threads());
    try {
      for (UpdateRule rule : rules) {
        for (Phi phi : methods) {
          Method method = new Method(phi, rule);
          running.add(threads.submit(() -> run(method, published)));
        }
      }
      Figures all = new Figures();
      for (Future<Figures> one : running) {
        all.putAll(one.get());
      }
      learning.write(all);
    } finally {
      threads.shutdownNow();
    }
    return 0;
  }

  private void defaults() {
    boolean first = setting == 1;
    if (methods == null) {
      methods =
          first
              ? List.of(Phi.LINEAR, Phi.DPFP1, Phi.DPFP2, Phi.DPFP3)
              : List.of(Phi.DPFP1, Phi.DPFP2);
    }
    if (rules == null) {
      rules = first ? List.of(UpdateRule.SUM) : List.of(UpdateRule.DELTA, UpdateRule.SUM);
    }
    if (sizes == null) {
      sizes =
          first
              ? IntStream.rangeClosed(1, LARGEST / STEP).mapToObj(i -> i * STEP).toList()
              : List.of(20, 60, 100, 200);
    }
    // Wrong sizes are told before hours have passed.
    sizes.forEach(keys -> task(new Method(Phi.LINEAR, UpdateRule.SUM), keys));
  }

  private RetrievalTask task(Method method, int keys) {
    return new RetrievalTask(setting, method.rule(), method.phi(), keys);
  }

  private Figures run(Method method, PublishedLosses published) {
    Figures figures = new Figures();
    int solved = 0;
    boolean all = true;
    for (int keys : sizes) {
      RetrievalTask task = task(method, keys);
      SyntheticRetrieval.Result result = SyntheticRetrieval.run(task, learning.seed());
      print(result, published);
      all &= result.solved();
      if (setting == 2) {
        figures.put("capacity.setting2." + task.method() + "." + keys, result.bestLoss());
      } else if (!all) {
        break;
      }
      solved = all ? keys : solved;
    }
    if (setting == 1) {
      String suffix = method.rule() == UpdateRule.SUM ? "" : ".delta";
      figures.put("capacity." + method.phi().key() + suffix, solved);
      PrintWriter out = learning.out();
      RetrievalTask any = task(method, 1);
      out.printf(
          Locale.ROOT, "%s: %d keys, published %d%n", any.method(), solved, published.solved(any));
      out.flush();
    }
    return figures;
  }

  private void print(SyntheticRetrieval.Result result, PublishedLosses published) {
    double loss = published.loss(result.task());
    PrintWriter out = learning.out();
    out.printf(
        Locale.ROOT,
        "  setting %d, %s, %d keys: loss %.5f, published %s; %,d steps%n",
        setting,
        result.task().method(),
        result.task().keys(),
        result.bestLoss(),
        Double.isNaN(loss) ? "none" : String.format(Locale.ROOT, "%.5f", loss),
        result.steps());
    out.flush();
  }
}
