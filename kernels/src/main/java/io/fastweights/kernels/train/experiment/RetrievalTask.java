package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.SplittableRandom;

/**
 * One run of the paper's synthetic retrieval (Schlag et al. 2021, section 6.1).
 *
 * @param setting 1: each key once, each value once, one query at a random position. 2: a sequence
 *     of 2 N keys and values drawn with replacement; the target is the value at the key's last
 *     occurrence
 * @param rule SUM with its denominator, or DELTA on normalised features
 * @param map phi
 * @param nu of DPFP
 * @param keys N
 */
public record RetrievalTask(int setting, UpdateRule rule, FeatureMap map, int nu, int keys) {

  public RetrievalTask {
    if (setting != 1 && setting != 2) {
      throw new IllegalArgumentException("setting is " + setting + ", must be 1 or 2");
    }
    if (keys < 1) {
      throw new IllegalArgumentException("keys is " + keys + ", must be at least 1");
    }
  }

  /**
   * @param query the key asked for
   * @param target the value it has
   */
  record Sequence(int[] keys, int[] values, int query, int target) {}

  /** The name of the method in the published losses. */
  public String method() {
    String feature = map == FeatureMap.DPFP ? "dpfp" + nu : "linear";
    return feature + (rule == UpdateRule.DELTA ? "_ours" : "_sum");
  }

  int length() {
    return setting == 1 ? keys : 2 * keys;
  }

  Sequence draw(SplittableRandom random) {
    int[] k = setting == 1 ? permutation(random) : drawn(random);
    int[] v = setting == 1 ? permutation(random) : drawn(random);
    int query = k[random.nextInt(k.length)];
    int last = k.length - 1;
    while (k[last] != query) {
      last--;
    }
    return new Sequence(k, v, query, v[last]);
  }

  private int[] permutation(SplittableRandom random) {
    int[] order = new int[keys];
    for (int i = 0; i < keys; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private int[] drawn(SplittableRandom random) {
    int[] drawn = new int[length()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = random.nextInt(keys);
    }
    return drawn;
  }
}
