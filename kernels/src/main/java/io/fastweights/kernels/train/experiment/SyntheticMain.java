package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.Locale;

/** Runs synthetic retrieval: setting, method (linear_sum, dpfp2_ours ...), N, seed. */
final class SyntheticMain {
  private SyntheticMain() {}

  public static void main(String[] args) {
    String method = args[1];
    FeatureMap map = method.startsWith("dpfp") ? FeatureMap.DPFP : FeatureMap.ELU_PLUS_ONE;
    int nu = map == FeatureMap.DPFP ? method.charAt(4) - '0' : 1;
    UpdateRule rule = method.endsWith("_ours") ? UpdateRule.DELTA : UpdateRule.SUM;
    long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
    for (String keys : args[2].split(",")) {
      RetrievalTask task =
          new RetrievalTask(Integer.parseInt(args[0]), rule, map, nu, Integer.parseInt(keys));
      long start = System.nanoTime();
      SyntheticRetrieval.Result r = SyntheticRetrieval.run(task, seed);
      System.out.printf(
          Locale.ROOT,
          "%d,%s,%d,%.8f,%.8f,%d,seed %d,%.0f s%n",
          task.setting(),
          task.method(),
          task.keys(),
          r.bestLoss(),
          r.lastLoss(),
          r.steps(),
          seed,
          (System.nanoTime() - start) / 1e9);
    }
  }
}
