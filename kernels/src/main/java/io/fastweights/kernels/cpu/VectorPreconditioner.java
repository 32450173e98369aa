package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.math.Preconditioner;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Step sizes of rows on vectors, with the bits of {@link Preconditioner}. */
final class VectorPreconditioner {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();

  private final int rows;
  private final float share;
  private final float[] lanes = new float[Sums.LANES];

  /** kappa: float[rows], and room for a vector beyond. */
  final float[] kappa;

  VectorPreconditioner(int rows) {
    this.rows = rows;
    this.share = rows / Preconditioner.SHARE;
    this.kappa = new float[rows + L];
  }

  /**
   * kappa of an event that is learned; rewrites the certainties.
   *
   * @param c holds the certainties of the rows from {@code at} on
   */
  void steps(float[] c, int at, float[] phi, float beta) {
    float size = uncertain(c, at, phi);
    float inverse = Dpfp.inverse(size + Preconditioner.noise(beta));
    take(c, at, phi, Preconditioner.keep(beta), inverse);
  }

  /** p phi, into kappa, and the sum of p phi^2 in the order of {@link Sums#products}. */
  private float uncertain(float[] c, int at, float[] phi) {
    int whole = rows - rows % Sums.LANES;
    FloatVector one = FloatVector.broadcast(F, 1);
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector partial = FloatVector.zero(F);
      for (int i = lane; i < whole; i += Sums.LANES) {
        FloatVector p = FloatVector.fromArray(F, phi, i);
        FloatVector k = one.sub(FloatVector.fromArray(F, c, at + i)).mul(p);
        k.intoArray(kappa, i);
        partial = k.fma(p, partial);
      }
      partial.intoArray(lanes, lane);
    }
    for (int i = whole; i < rows; i++) {
      kappa[i] = (1 - c[at + i]) * phi[i];
      lanes[i - whole] = Math.fma(kappa[i], phi[i], lanes[i - whole]);
    }
    return VectorLayers.fold(lanes);
  }

  private void take(float[] c, int at, float[] phi, float keep, float inverse) {
    int whole = rows - rows % L;
    FloatVector one = FloatVector.broadcast(F, 1);
    FloatVector inverses = FloatVector.broadcast(F, inverse);
    FloatVector shares = FloatVector.broadcast(F, share);
    FloatVector most = FloatVector.broadcast(F, Preconditioner.LARGEST);
    for (int i = 0; i < whole; i += L) {
      FloatVector p = FloatVector.fromArray(F, phi, i);
      VectorMask<Float> written = p.compare(VectorOperators.NE, 0);
      FloatVector k = FloatVector.fromArray(F, kappa, i).mul(inverses);
      k.intoArray(kappa, i);
      FloatVector taken = shares.mul(k.mul(p));
      taken = taken.blend(most, taken.compare(VectorOperators.GT, most));
      FloatVector certain = FloatVector.fromArray(F, c, at + i);
      FloatVector updated = one.sub(certain).fma(taken, certain).mul(keep);
      certain.blend(updated, written).intoArray(c, at + i);
    }
    for (int i = whole; i < rows; i++) {
      if (phi[i] != 0) {
        kappa[i] *= inverse;
        float taken = Math.min(share * (kappa[i] * phi[i]), Preconditioner.LARGEST);
        c[at + i] = keep * Math.fma(1 - c[at + i], taken, c[at + i]);
      }
    }
  }
}
