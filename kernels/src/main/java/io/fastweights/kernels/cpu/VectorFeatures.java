package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.Dpfp;
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
 * One key's or query's phi, normalised, and its non-zero features: a quarter of them under DPFP.
 * Same bits as {@link Dpfp}.
 *
 * <p>It is computed in four steps, each for many keys and queries before the next: {@link
 * #project}, {@link #measure}, {@link #normalise}, {@link #list}. Each step waits for the one
 * before it; the steps of other keys hide this latency.
 */
final class VectorFeatures {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> I = VectorWidth.INTS;
  private static final int L = F.length();

  /** Features whose non-zero bits fill one int. */
  static final int WORD = Integer.SIZE;

  /** Bit of each lane among those of a word, for its first vector. */
  private static final IntVector BITS =
      IntVector.broadcast(I, 1).lanewise(VectorOperators.LSHL, IntVector.zero(I).addIndex(1));

  /** Each lane's number. */
  private static final FloatVector LANES = FloatVector.zero(F).addIndex(1);

  /** Features that are listed at a time. */
  private static final int GROUP = Math.min(L, 8);

  /**
   * For each subset of a group's features: their places, ascending, then unspecified values. With
   * room for a vector beyond.
   */
  private static final int[] PLACES = places();

  private final int features;
  private final int nu;
  private final boolean dpfp;
  private final boolean unit;
  private final int d;

  /** A copy of x, from float nu on, if vectors cannot extend over its ends in its own array. */
  private final float[] copy;

  private final float[] lanes = new float[Sums.LANES];

  /** The factor that normalises phi. */
  private float inverse;

  /** A bit for each feature, set where it is not 0; the lowest of a word comes first. */
  private final int[] active;

  /** phi: float[features], and room for a vector beyond. */
  final float[] phi;

  /** The rows of W whose feature is not 0, ascending; with room for a vector beyond. */
  final int[] rows;

  /** Number of these rows. */
  int count;

  VectorFeatures(Model model) {
    features = model.features();
    nu = model.nu();
    dpfp = model.featureMap() == FeatureMap.DPFP;
    unit = model.normalisation() == Normalisation.UNIT;
    d = model.keyDim();
    copy = new float[nu + d + L];
    phi = new float[features + L];
    rows = new int[features + WORD + L];
    active = new int[(features + WORD - 1) / WORD];
  }

  private static int[] places() {
    int[] places = new int[(1 << GROUP) * GROUP + L];
    for (int set = 0; set < 1 << GROUP; set++) {
      int at = set * GROUP;
      for (int i = 0; i < GROUP; i++) {
        if ((set >> i & 1) != 0) {
          places[at++] = i;
        }
      }
    }
    return places;
  }

  /** phi of x[at ... at + d - 1]: all steps at once. */
  void of(float[] x, int at) {
    project(x, at);
    measure(x, at);
    normalise();
    list();
  }

  /** phi of x[at ... at + d - 1], not normalised. */
  void project(float[] x, int at) {
    if (dpfp && nu <= d) {
      products(x, at);
    } else if (dpfp) {
      Dpfp.dpfp(x, at, d, nu, phi);
    } else {
      Dpfp.eluPlusOne(x, at, d, phi);
    }
  }

  /** The size of phi, which is computed anew where its size is extreme. */
  void measure(float[] x, int at) {
    float size = size();
    if (!Dpfp.isOrdinary(size)) {
      Dpfp.rescale(dpfp ? FeatureMap.DPFP : FeatureMap.ELU_PLUS_ONE, nu, x, at, d, phi);
      size = size();
    }
    inverse = Dpfp.inverse(size);
  }

  private float size() {
    return unit
        ? (float) Math.sqrt(VectorLayers.squaredDeviations(phi, 0, features, 0, lanes))
        : VectorLayers.sum(phi, 0, features, lanes);
  }

  /**
   * DPFP's products. A half's vectors may extend over its end. Values read there are not used; the
   * last vectors are written first, so values written there are overwritten.
   */
  private void products(float[] x, int at) {
    float[] z = x;
    int from = at;
    if (at < nu || at + d + L > x.length) {
      System.arraycopy(x, at, copy, nu, d);
      z = copy;
      from = nu;
    }
    for (int j = 1; j <= nu; j++) {
      int block = (j - 1) * 2 * d;
      int i = (d - 1) / L * L;
      for (; i >= j; i -= L) {
        FloatVector b = FloatVector.fromArray(F, z, from + i - j);
        products(FloatVector.fromArray(F, z, from + i), b, phi, block + i, d);
      }
      for (; i >= 0; i -= L) {
        // The first j come from the end of the other half.
        FloatVector rolled = FloatVector.fromArray(F, z, from + i + d - j).neg();
        FloatVector b = FloatVector.fromArray(F, z, from + i - j);
        b = b.blend(rolled, first(j - i));
        products(FloatVector.fromArray(F, z, from + i), b, phi, block + i, d);
      }
    }
  }

  /** The products of both halves; those of the negative half begin d further on. */
  static void products(FloatVector a, FloatVector b, float[] phi, int to, int d) {
    relu(a).mul(relu(b)).intoArray(phi, to);
    relu(a.neg()).mul(relu(b.neg())).intoArray(phi, to + d);
  }

  /** The mask of the first n lanes, or of all. */
  static VectorMask<Float> first(int n) {
    return LANES.compare(VectorOperators.LT, (float) n);
  }

  private static FloatVector relu(FloatVector x) {
    FloatVector zero = FloatVector.zero(F);
    return zero.blend(x, x.compare(VectorOperators.GT, zero));
  }

  /** Normalises phi, and finds which features are not 0. */
  void normalise() {
    FloatVector scale = FloatVector.broadcast(F, inverse);
    int whole = features - features % WORD;
    for (int i = 0; i < whole; i += WORD) {
      IntVector found = IntVector.zero(I);
      for (int j = 0; j < WORD; j += L) {
        FloatVector scaled = FloatVector.fromArray(F, phi, i + j).mul(scale);
        scaled.intoArray(phi, i + j);
        found = found.or(bits(scaled, j));
      }
      active[i / WORD] = found.reduceLanes(VectorOperators.OR);
    }
    if (whole < features) {
      int last = 0;
      for (int i = whole; i < features; i++) {
        phi[i] *= inverse;
        last |= phi[i] != 0 ? 1 << (i - whole) : 0;
      }
      active[whole / WORD] = last;
    }
  }

  /** In each lane its bit of a word whose lane 0 has bit j, if its feature is not 0. */
  static IntVector bits(FloatVector phi, int j) {
    VectorMask<Integer> set = phi.reinterpretAsInts().compare(VectorOperators.NE, 0);
    return IntVector.zero(I).blend(BITS.lanewise(VectorOperators.LSHL, j), set);
  }

  /**
   * Lists the rows, group by group without a branch. The first row of a group is counted up in a
   * vector: copying an int to all lanes takes twice as long.
   */
  void list() {
    int n = 0;
    IntVector first = IntVector.zero(I);
    for (int word = 0; word < active.length; word++) {
      int bits = active[word];
      for (int group = 0; group < WORD; group += GROUP) {
        int set = bits & (1 << GROUP) - 1;
        IntVector.fromArray(I, PLACES, set * GROUP).add(first).intoArray(rows, n);
        first = first.add(GROUP);
        n += Integer.bitCount(set);
        bits >>>= GROUP;
      }
    }
    count = n;
  }
}
