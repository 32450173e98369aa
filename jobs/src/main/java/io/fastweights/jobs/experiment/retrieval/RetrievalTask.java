package io.fastweights.jobs.experiment.retrieval;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * One run of the paper's synthetic retrieval (Schlag et al. 2021, section 6.1).
 *
 * @param setting 1: each key once, each value once, one query at a random position. 2: a sequence
 *     of 2 N keys and values drawn with replacement; the target is the value at the key's last
 *     occurrence
 * @param rule SUM with its denominator, or DELTA on normalised features
 * @param phi the feature map
 * @param keys N
 */
public record RetrievalTask(int setting, UpdateRule rule, Phi phi, int keys) {

  /** The paper's feature maps; FAVOR+ by its number of omegas, half of its features. */
  public enum Phi {
    LINEAR,
    DPFP1,
    DPFP2,
    DPFP3,
    FAVOR64,
    FAVOR128,
    FAVOR512;

    /** The name in the published losses. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param normalised true if phi is divided by its sum
     */
    RetrievalFeatures features(int d, boolean normalised) {
      Normalisation normalisation = normalised ? Normalisation.SUM : null;
      return switch (this) {
        case LINEAR -> new RetrievalFeatures.Fixed(FeatureMap.ELU_PLUS_ONE, 1, normalisation, d);
        case DPFP1 -> new RetrievalFeatures.Fixed(FeatureMap.DPFP, 1, normalisation, d);
        case DPFP2 -> new RetrievalFeatures.Fixed(FeatureMap.DPFP, 2, normalisation, d);
        case DPFP3 -> new RetrievalFeatures.Fixed(FeatureMap.DPFP, 3, normalisation, d);
        case FAVOR64 -> new FavorFeatures(d, 64, normalised);
        case FAVOR128 -> new FavorFeatures(d, 128, normalised);
        case FAVOR512 -> new FavorFeatures(d, 512, normalised);
      };
    }
  }

  public RetrievalTask {
    if (setting != 1 && setting != 2) {
      throw new IllegalArgumentException("setting is " + setting + ", must be 1 or 2");
    }
    if (rule != UpdateRule.DELTA && rule != UpdateRule.SUM) {
      throw new IllegalArgumentException("rule is " + rule + ", must be DELTA or SUM");
    }
    if (keys < 1) {
      throw new IllegalArgumentException("keys is " + keys + ", must be at least 1");
    }
  }

  /** Keys and the values they are given, in order. */
  record Pairs(int[] keys, int[] values) {
    int length() {
      return keys.length;
    }

    /** The value at a key's last occurrence; -1 where it has none. */
    int value(int key) {
      for (int t = keys.length - 1; t >= 0; t--) {
        if (keys[t] == key) {
          return values[t];
        }
      }
      return -1;
    }
  }

  /** The name of the method in the published losses. */
  public String method() {
    return phi.key() + (rule == UpdateRule.DELTA ? "_ours" : "_sum");
  }

  /** Pairs that are trained on. */
  int length() {
    return setting == 1 ? keys : 2 * keys;
  }

  Pairs draw(SplittableRandom random) {
    return draw(length(), random);
  }

  /** N pairs, also in setting 2: what the published evaluations are of. */
  Pairs drawEvaluated(SplittableRandom random) {
    return draw(keys, random);
  }

  private Pairs draw(int length, SplittableRandom random) {
    return setting == 1
        ? new Pairs(permutation(random), permutation(random))
        : new Pairs(drawn(length, random), drawn(length, random));
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

  private int[] drawn(int length, SplittableRandom random) {
    int[] drawn = new int[length];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = random.nextInt(keys);
    }
    return drawn;
  }
}
