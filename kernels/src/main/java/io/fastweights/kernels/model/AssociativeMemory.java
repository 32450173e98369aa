package io.fastweights.kernels.model;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.Locale;

/**
 * The model that needs no training: each key's W is an online associative regressor. The input
 * holds every head's key as it is, {@code float[heads * keyDim]} (a seeded random projection of the
 * event's context, see the schema); the target is every head's value; beta is a constant of the
 * head. An event is answered with what its key held before it: v_old = W^T phi(k), averaged over
 * the heads. Then, if it is observed, W += phi(k) (x) beta (target - v_old), or under {@link
 * UpdateRule#PRECONDITIONED} W += kappa (x) (target - v_old).
 *
 * @param keyDim d, floats of one head's key
 * @param nu capacity factor of DPFP
 * @param targetDim floats of a target, and columns of W
 * @param betas the learning rate of each head, in (0, 1]: constant, or near which the rates of rows
 *     that are written often stay; not to be written to
 * @param normalisation UNIT, where beta = 1 replaces what a key held, or SUM
 * @param updateRule DELTA or PRECONDITIONED
 */
public record AssociativeMemory(
    int keyDim,
    int nu,
    int targetDim,
    float[] betas,
    Normalisation normalisation,
    UpdateRule updateRule)
    implements Model {

  /** With the delta rule. */
  public AssociativeMemory(
      int keyDim, int nu, int targetDim, float[] betas, Normalisation normalisation) {
    this(keyDim, nu, targetDim, betas, normalisation, UpdateRule.DELTA);
  }

  public AssociativeMemory {
    Checks.positive("keyDim", keyDim);
    Checks.positive("nu", nu);
    Checks.positive("targetDim", targetDim);
    Checks.positive("heads", betas.length);
    if (nu >= 2 * keyDim) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "nu is %d, must be below 2 * keyDim = %d", nu, 2 * keyDim));
    }
    if (updateRule == UpdateRule.SUM || updateRule == UpdateRule.GATED_DELTA) {
      throw new IllegalArgumentException("an associative memory has no update rule " + updateRule);
    }
    if (updateRule == UpdateRule.PRECONDITIONED && normalisation != Normalisation.UNIT) {
      throw new IllegalArgumentException("update rule PRECONDITIONED needs phi of length 1: UNIT");
    }
    for (float beta : betas) {
      if (!(beta > 0 && beta <= 1)) {
        throw new IllegalArgumentException("beta is " + beta + ", must be in (0, 1]");
      }
    }
  }

  public int heads() {
    return betas.length;
  }

  /**
   * The shape of one key's memory. Under {@link UpdateRule#PRECONDITIONED} each head has more rows
   * than phi: after W, as many as hold one float for each feature.
   */
  @Override
  public MemoryShape memory() {
    int more = updateRule == UpdateRule.PRECONDITIONED ? (features() - 1) / targetDim + 1 : 0;
    return new MemoryShape(1, heads(), features() + more, targetDim);
  }

  @Override
  public int features() {
    return 2 * nu * keyDim;
  }

  @Override
  public int inputDim() {
    return heads() * keyDim;
  }

  @Override
  public int outputDim() {
    return targetDim;
  }

  @Override
  public int hiddenDim() {
    return targetDim;
  }

  @Override
  public int updates() {
    return 1;
  }

  @Override
  public FeatureMap featureMap() {
    return FeatureMap.DPFP;
  }
}
