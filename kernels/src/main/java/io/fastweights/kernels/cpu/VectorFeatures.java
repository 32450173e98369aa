package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One key's or query's phi, normalised, and which of its features are not 0: a quarter of them
 * under DPFP. To the bit as in {@link Dpfp}.
 */
final class VectorFeatures {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> I = VectorWidth.INTS;
  private static final int L = F.length();

  /** Features whose non-zero bits fill one int. */
  private static final int WORD = Integer.SIZE;

  /** Bit of each lane among those of a word, for its first vector. */
  private static final IntVector BITS =
      IntVector.broadcast(I, 1).lanewise(VectorOperators.LSHL, IntVector.zero(I).addIndex(1));

  private final int features;
  private final int nu;
  private final boolean dpfp;
  private final boolean unit;
  private final int d;

  /** x where vectors cannot hang over its ends in its own array: from float nu on. */
  private final float[] copy;

  private final float[] lanes = new float[Sums.LANES];

  /** A bit for each feature, set where it is not 0; the lowest of a word comes first. */
  private final long[] active;

  /** phi: float[features], and room for a vector beyond. */
  final float[] phi;

  /** The rows of W whose feature is not 0, ascending. */
  final int[] rows;

  /** How many they are. */
  int count;

  VectorFeatures(Model model) {
    MemoryShape shape = model.memory();
    features = shape.rows();
    nu = model.nu();
    dpfp = model.featureMap() == FeatureMap.DPFP;
    unit = model.normalisation() == Normalisation.UNIT;
    d = model.keyDim();
    copy = new float[nu + d + L];
    phi = new float[features + L];
    rows = new int[features];
    active = new long[(features + Long.SIZE - 1) / Long.SIZE];
  }

  /** phi of x[at ... at + d - 1]. */
  void of(float[] x, int at) {
    if (dpfp && nu <= d) {
      project(x, at);
    } else if (dpfp) {
      Dpfp.dpfp(x, at, d, nu, phi);
    } else {
      Dpfp.eluPlusOne(x, at, d, phi);
    }
    float size = size();
    if (!Dpfp.isOrdinary(size)) {
      Dpfp.rescale(dpfp ? FeatureMap.DPFP : FeatureMap.ELU_PLUS_ONE, nu, x, at, d, phi);
      size = size();
    }
    normalise(Dpfp.inverse(size));
    list();
  }

  private float size() {
    return unit
        ? (float) Math.sqrt(VectorLayers.squaredDeviations(phi, 0, features, 0, lanes))
        : VectorLayers.sum(phi, 0, features, lanes);
  }

  /**
   * DPFP's products. A half's vectors may hang over its end: the next half overwrites what they
   * write there, and what they read there is not used.
   */
  private void project(float[] x, int at) {
    float[] z = x;
    int from = at;
    if (at < nu || at + d + L > x.length) {
      System.arraycopy(x, at, copy, nu, d);
      z = copy;
      from = nu;
    }
    for (int j = 1; j <= nu; j++) {
      int block = (j - 1) * 2 * d;
      for (int i = 0; i < d; i += L) {
        FloatVector a = FloatVector.fromArray(F, z, from + i);
        FloatVector b = FloatVector.fromArray(F, z, from + i - j);
        relu(a).mul(relu(b)).intoArray(phi, block + i);
      }
      for (int i = 0; i < d; i += L) {
        FloatVector a = FloatVector.fromArray(F, z, from + i).neg();
        FloatVector b = FloatVector.fromArray(F, z, from + i - j).neg();
        relu(a).mul(relu(b)).intoArray(phi, block + d + i);
      }
      for (int i = 0; i < j; i++) {
        float a = z[from + i];
        float b = z[from + d + i - j];
        phi[block + i] = a > 0 && b < 0 ? a * -b : 0;
        phi[block + d + i] = a < 0 && b > 0 ? -a * b : 0;
      }
    }
  }

  private static FloatVector relu(FloatVector x) {
    FloatVector zero = FloatVector.zero(F);
    return zero.blend(x, x.compare(VectorOperators.GT, zero));
  }

  private void normalise(float inverse) {
    FloatVector scale = FloatVector.broadcast(F, inverse);
    int whole = features - features % WORD;
    for (int i = 0; i < whole; i += WORD) {
      IntVector found = IntVector.zero(I);
      for (int j = 0; j < WORD; j += L) {
        FloatVector scaled = FloatVector.fromArray(F, phi, i + j).mul(scale);
        scaled.intoArray(phi, i + j);
        VectorMask<Integer> set = scaled.reinterpretAsInts().compare(VectorOperators.NE, 0);
        found = found.or(IntVector.zero(I).blend(BITS.lanewise(VectorOperators.LSHL, j), set));
      }
      put(i, found.reduceLanes(VectorOperators.OR));
    }
    if (whole < features) {
      int last = 0;
      for (int i = whole; i < features; i++) {
        phi[i] *= inverse;
        last |= phi[i] != 0 ? 1 << (i - whole) : 0;
      }
      put(whole, last);
    }
  }

  private void put(int first, int word) {
    long bits = Integer.toUnsignedLong(word);
    if ((first & WORD) == 0) {
      active[first / Long.SIZE] = bits;
    } else {
      active[first / Long.SIZE] |= bits << WORD;
    }
  }

  private void list() {
    int n = 0;
    for (int word = 0; word < active.length; word++) {
      for (long left = active[word]; left != 0; left &= left - 1) {
        rows[n++] = word * Long.SIZE + Long.numberOfTrailingZeros(left);
      }
    }
    count = n;
  }
}
