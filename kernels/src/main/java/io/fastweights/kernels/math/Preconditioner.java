package io.fastweights.kernels.math;

import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.numeric.Sums;

/**
 * Step sizes of rows, in readable form: the diagonal approximation of recursive least squares, as
 * in AROW (Crammer et al. 2009) and in preconditioned delta rules (arXiv 2604.21100).
 *
 * <pre>
 *   p = 1 - c                             how uncertain a row is: 1 at first
 *   kappa = p phi / (sum p phi^2 + noise)             noise = 1 / sqrt(beta) - 1
 *   W += kappa (x) (v - W^T phi)
 *   c &lt;- (1 - beta^2 / 9) (c + p min(E / SHARE kappa phi, LARGEST))
 * </pre>
 *
 * Rows that were never written take sqrt(beta) of the error. A row that is written often becomes
 * certain, and its steps become smaller. The last line forgets a part of the certainty at each
 * write, so steps do not become smaller without end: the smaller beta, the smaller they become. A
 * memory that fades forgets c as it forgets W. Memories begin with zeros, so c is stored and not p.
 *
 * <p>The c of all E rows follow W as float[E]. They depend on keys only, not on values.
 */
public final class Preconditioner {
  /** Features for which a write counts once: rows that are written together know the same. */
  public static final float SHARE = 32;

  /** The largest part of a row's uncertainty that one event takes. */
  public static final float LARGEST = 0.9f;

  private Preconditioner() {}

  /** Variance of values around what a memory can hold, where 1 is that of a row never written. */
  public static float noise(float beta) {
    return 1 / (float) Math.sqrt(beta) - 1;
  }

  /** The factor of certainties at each write. */
  public static float keep(float beta) {
    return 1 - beta * beta / 9;
  }

  /**
   * kappa of an event that is learned; rewrites the certainties of the rows that it writes.
   *
   * @param c holds the certainties of the rows from {@code at} on
   * @param phi float[rows], of length 1 or zero
   * @param beta of the head
   * @param kappa takes float[rows], 0 where phi is 0
   */
  public static void steps(float[] c, int at, int rows, float[] phi, float beta, float[] kappa) {
    float keep = keep(beta);
    float share = rows / SHARE;
    for (int i = 0; i < rows; i++) {
      kappa[i] = (1 - c[at + i]) * phi[i];
    }
    float inverse = Dpfp.inverse(Sums.products(kappa, 0, phi, 0, rows) + noise(beta));
    for (int i = 0; i < rows; i++) {
      if (phi[i] != 0) {
        kappa[i] *= inverse;
        float taken = Math.min(share * (kappa[i] * phi[i]), LARGEST);
        c[at + i] = keep * Math.fma(1 - c[at + i], taken, c[at + i]);
      }
    }
  }

  /**
   * @throws IllegalArgumentException if events hold deltas of a rule that replays values only: they
   *     do not say beta
   */
  public static void requireValues(UpdateRule rule, LoggedEvents events) {
    if (rule == UpdateRule.PRECONDITIONED && !events.ofValues()) {
      throw new IllegalArgumentException(
          "a log of deltas does not say the betas that update rule PRECONDITIONED needs");
    }
  }
}
