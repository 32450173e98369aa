package io.fastweights.jobs.experiment.gates;

import com.sun.management.OperatingSystemMXBean;
import io.fastweights.jobs.experiment.cases.ProcessExperiment;
import io.fastweights.jobs.output.Figures;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Trained memories with forget gates beside the same without, on streams in two parts. */
final class ForgetGatesTable {
  private static final List<UpdateRule> RULES = List.of(UpdateRule.DELTA, UpdateRule.GATED_DELTA);

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final int seeds;
  private final PrintWriter out;
  private final Figures figures;

  /**
   * @param seeds of each training
   */
  ForgetGatesTable(int seeds, PrintWriter out, Figures figures) {
    this.seeds = seeds;
    this.out = out;
    this.figures = figures;
  }

  /** One training, and the processor's time that the process took meanwhile. */
  private record Run(TrainResult result, double seconds) {}

  /** Prints the lines of a stream. */
  void add(String name, TrainingStream stream) throws IOException {
    Map<UpdateRule, List<Run>> runs = new LinkedHashMap<>();
    for (long seed = 1; seed <= seeds; seed++) {
      for (UpdateRule rule : RULES) {
        runs.computeIfAbsent(rule, key -> new ArrayList<>()).add(run(stream, rule, seed));
      }
    }
    boolean auc =
        runs.get(UpdateRule.DELTA).get(0).result().validation().values().containsKey("auc");
    String measure = auc ? "auc" : "accuracy";
    String cost =
        String.format(
            Locale.ROOT,
            "training time %.2f; log %d, %d bytes",
            median(runs.get(UpdateRule.GATED_DELTA)) / median(runs.get(UpdateRule.DELTA)),
            logBytes(stream, UpdateRule.DELTA),
            logBytes(stream, UpdateRule.GATED_DELTA));
    row(name, stream.title(), measure, runs, cost);
    row(name, "", "log_loss", runs, "");
  }

  private static Run run(TrainingStream stream, UpdateRule rule, long seed) throws IOException {
    TrainOptions options = stream.options().seed(seed).threads(1).patience(1000).build();
    long start = PROCESS.getProcessCpuTime();
    TrainResult result =
        new Trainer(
                model(stream, rule),
                stream.schema(),
                stream.parts().train(),
                stream.parts().held(),
                options)
            .run(progress -> {});
    return new Run(result, (PROCESS.getProcessCpuTime() - start) / 1e9);
  }

  /** One layer of the default sizes of {@code train}. */
  private static ModelConfig model(TrainingStream stream, UpdateRule rule) {
    return ProcessExperiment.model(stream.schema().target().dim(), rule);
  }

  private static int logBytes(TrainingStream stream, UpdateRule rule) {
    ModelConfig config = model(stream, rule);
    SplittableRandom random = new SplittableRandom(1);
    SlowModel model = SlowModel.of(RandomWeights.gaussian(config, stream.schema(), random));
    return Float.BYTES * LogShape.of(model).floats();
  }

  private void row(
      String name, String title, String measure, Map<UpdateRule, List<Run>> runs, String more) {
    List<String> cells = new ArrayList<>();
    runs.forEach(
        (rule, of) -> {
          double[] sorted = sorted(of, run -> run.result().validation().get(measure));
          double mean = Arrays.stream(sorted).average().orElseThrow();
          double half = (sorted[sorted.length - 1] - sorted[0]) / 2;
          cells.add(String.format(Locale.ROOT, "%.4f ± %.4f", mean, half));
          figures.put(name + "." + rule + "." + measure, mean);
          figures.put(name + "." + rule + "." + measure + ".halfRange", half);
        });
    out.printf(
        Locale.ROOT,
        "  %-26s %-9s %-17s %-17s %s%n",
        title,
        measure.replace('_', ' '),
        cells.get(0),
        cells.get(1),
        more);
    out.flush();
  }

  private static double median(List<Run> runs) {
    return sorted(runs, Run::seconds)[runs.size() / 2];
  }

  private static double[] sorted(List<Run> runs, ToDoubleFunction<Run> value) {
    return runs.stream().mapToDouble(value).sorted().toArray();
  }
}
