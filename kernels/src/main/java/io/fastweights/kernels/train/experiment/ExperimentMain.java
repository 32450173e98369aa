package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.WeightsFile;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs an experiment from a shell.
 *
 * <pre>
 * synthetic SETTING METHOD N,N,... SEED     method: linear_sum, dpfp1_sum, dpfp2_ours ...
 * flights FILE OUT [EPOCHS VALIDATION_DAYS SEED]
 * flight-baselines FILE
 * helpdesk FILE [SEED]
 * incidents FILE [SEED]
 * </pre>
 */
final class ExperimentMain {
  private ExperimentMain() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "synthetic" -> synthetic(args);
      case "flights" -> flights(args);
      case "flight-baselines" ->
          System.out.println(FlightsExperiment.baselines(Path.of(args[1]), 1));
      case "helpdesk" ->
          System.out.println(
              ProcessExperiment.helpdesk(Path.of(args[1]), cases(args), ExperimentMain::print));
      case "incidents" ->
          System.out.println(
              ProcessExperiment.incidents(Path.of(args[1]), cases(args), ExperimentMain::print));
      default -> throw new IllegalArgumentException("no experiment " + args[0]);
    }
  }

  private static TrainOptions cases(String[] args) {
    return ProcessExperiment.options().threads(1).seed(number(args, 2, 1)).build();
  }

  private static void flights(String[] args) throws Exception {
    TrainOptions options =
        FlightsExperiment.options()
            .epochs(args.length > 3 ? Double.parseDouble(args[3]) : 2)
            .seed(number(args, 5, 1))
            .threads(1)
            .build();
    ModelConfig model = FlightsExperiment.model();
    FlightsExperiment.Result result =
        FlightsExperiment.run(
            Path.of(args[1]), model, options, (int) number(args, 4, 0), ExperimentMain::print);
    WeightsFile.write(result.weights(), Path.of(args[2]));
    System.out.println("warm " + result.warm());
    System.out.println("cold " + result.cold());
  }

  private static long number(String[] args, int place, long otherwise) {
    return args.length > place ? Long.parseLong(args[place]) : otherwise;
  }

  private static void print(TrainProgress p) {
    System.out.printf(
        Locale.ROOT,
        "step %d of %d, loss %.5f, %s, %.0f events/s, %d s left%n",
        p.step(),
        p.steps(),
        p.loss(),
        p.validation() == null ? "" : p.validation(),
        p.eventsPerSecond(),
        p.left().toSeconds());
  }

  private static void synthetic(String[] args) {
    String method = args[2];
    FeatureMap map = method.startsWith("dpfp") ? FeatureMap.DPFP : FeatureMap.ELU_PLUS_ONE;
    int nu = map == FeatureMap.DPFP ? method.charAt(4) - '0' : 1;
    UpdateRule rule = method.endsWith("_ours") ? UpdateRule.DELTA : UpdateRule.SUM;
    for (String keys : args[3].split(",")) {
      RetrievalTask task =
          new RetrievalTask(Integer.parseInt(args[1]), rule, map, nu, Integer.parseInt(keys));
      System.out.println(SyntheticRetrieval.run(task, number(args, 4, 1)));
    }
  }
}
