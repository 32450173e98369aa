package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The features of several keys and queries, normalised, and a list of the non-zero ones of each.
 * Same bits as {@link Dpfp}. All lie in one array: a loop over short lists of several keys then has
 * few addresses.
 *
 * <p>A list can be lengthened before its first entry by a feature that is 0. A sum that begins with
 * such an entry stays +0 while W is finite.
 */
final class VectorLists {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> I = VectorWidth.INTS;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_128;
  private static final int L = F.length();
  private static final int WORD = VectorFeatures.WORD;

  /** Features that are listed at a time. */
  private static final int GROUP = S.length();

  /** For each subset of a group's features: their places, ascending, then unspecified values. */
  private static final short[] PLACES = places();

  private final int d;
  private final int nu;
  private final boolean unit;
  private final int features;

  /** Entries from the start of one list's room to the next. */
  private final int room;

  /** A copy of x, from float nu on, if vectors cannot extend over its ends in its own array. */
  private final float[] copy;

  /** One phi that is computed anew. */
  private final float[] single;

  private final float[] lanes = new float[Sums.LANES];

  /** Partial sums: float[lists][16]. */
  private final float[] sums;

  /** The factor that normalises each phi. */
  private final float[] inverses;

  /** A bit for each feature, set where it is not 0; the lowest of a word comes first. */
  private final int[] active;

  /** A feature of each list that is 0, if there is one. */
  private final int[] zeros;

  /** Entries of each list. */
  final int[] counts;

  /** phi: float[lists][features]. */
  final float[] phi;

  /** Indices of {@link #phi}, ascending; list l's begin at {@link #at}. */
  final short[] rows;

  /**
   * @param lists keys and queries
   */
  VectorLists(Model model, int lists) {
    d = model.keyDim();
    nu = model.nu();
    unit = model.normalisation() == Normalisation.UNIT;
    features = model.features();
    room = 2 * (features + WORD);
    copy = new float[nu + d + L];
    single = new float[features];
    sums = new float[lists * Sums.LANES];
    inverses = new float[lists];
    active = new int[lists * features / WORD];
    zeros = new int[lists];
    counts = new int[lists];
    phi = new float[lists * features];
    rows = new short[lists * room];
  }

  /** True if keys fill vectors, and all features of so many keys have an index of two bytes. */
  static boolean fit(Model model, int lists) {
    return model.featureMap() == FeatureMap.DPFP
        && model.nu() <= model.keyDim()
        && model.keyDim() % L == 0
        && model.features() % WORD == 0
        && (long) lists * model.features() <= Short.MAX_VALUE;
  }

  private static short[] places() {
    short[] places = new short[(1 << GROUP) * GROUP + GROUP];
    for (int set = 0; set < 1 << GROUP; set++) {
      int at = set * GROUP;
      for (int i = 0; i < GROUP; i++) {
        if ((set >> i & 1) != 0) {
          places[at++] = (short) i;
        }
      }
    }
    return places;
  }

  /** Index of a list's first entry. */
  int at(int list) {
    return list * room + features + WORD;
  }

  /** Lengthens a list before its first entry; returns where it begins then. */
  int lengthened(int list, int count) {
    int at = at(list);
    int missing = count - counts[list];
    if (missing > 0) {
      ShortVector zero = ShortVector.broadcast(S, (short) zeros[list]);
      for (int i = 0; i < missing; i += GROUP) {
        zero.intoArray(rows, at - i - GROUP);
      }
    }
    return at - missing;
  }

  /**
   * Computes lists 0 ... n - 1, each step for all of them before the next: each waits for the one
   * before it.
   *
   * @param x holds the key or query of list l from {@code at[l]} on
   */
  void of(float[] x, int[] at, int n) {
    for (int list = 0; list < n; list++) {
      products(x, at[list], list * features);
    }
    for (int list = 0; !unit && list < n; list++) {
      sums(list);
    }
    for (int list = 0; list < n; list++) {
      measure(x, at[list], list);
    }
    for (int list = 0; list < n; list++) {
      normalise(list);
    }
    for (int list = 0; list < n; list++) {
      list(list);
    }
  }

  /** DPFP's products, as {@link VectorFeatures}; here keys fill vectors. */
  private void products(float[] x, int at, int to) {
    float[] z = x;
    int from = at;
    if (at < nu || at + d + L > x.length) {
      System.arraycopy(x, at, copy, nu, d);
      z = copy;
      from = nu;
    }
    for (int j = 1; j <= nu; j++) {
      int block = to + (j - 1) * 2 * d;
      int i = d - L;
      for (; i >= j; i -= L) {
        FloatVector b = FloatVector.fromArray(F, z, from + i - j);
        VectorFeatures.products(FloatVector.fromArray(F, z, from + i), b, phi, block + i, d);
      }
      for (; i >= 0; i -= L) {
        FloatVector rolled = FloatVector.fromArray(F, z, from + i + d - j).neg();
        FloatVector b = FloatVector.fromArray(F, z, from + i - j);
        b = b.blend(rolled, VectorFeatures.first(j - i));
        VectorFeatures.products(FloatVector.fromArray(F, z, from + i), b, phi, block + i, d);
      }
    }
  }

  /** The partial sums of a phi, which are added when those of other lists are on their way too. */
  private void sums(int list) {
    int from = list * features;
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector partial = FloatVector.zero(F);
      for (int i = from + lane; i < from + features; i += Sums.LANES) {
        partial = partial.add(FloatVector.fromArray(F, phi, i));
      }
      partial.intoArray(sums, list * Sums.LANES + lane);
    }
  }

  private void measure(float[] x, int at, int list) {
    float size = unit ? length(phi, list * features) : VectorLayers.fold(sums, list * Sums.LANES);
    if (!Dpfp.isOrdinary(size)) {
      Dpfp.rescale(FeatureMap.DPFP, nu, x, at, d, single);
      System.arraycopy(single, 0, phi, list * features, features);
      size = unit ? length(single, 0) : VectorLayers.sum(single, 0, features, lanes);
    }
    inverses[list] = Dpfp.inverse(size);
  }

  private float length(float[] x, int at) {
    return (float) Math.sqrt(VectorLayers.squaredDeviations(x, at, features, 0, lanes));
  }

  private void normalise(int list) {
    FloatVector scale = FloatVector.broadcast(F, inverses[list]);
    int at = list * features;
    for (int end = at + features; at < end; at += WORD) {
      IntVector found = IntVector.zero(I);
      for (int j = 0; j < WORD; j += L) {
        FloatVector scaled = FloatVector.fromArray(F, phi, at + j).mul(scale);
        scaled.intoArray(phi, at + j);
        found = found.or(VectorFeatures.bits(scaled, j));
      }
      active[at / WORD] = found.reduceLanes(VectorOperators.OR);
    }
  }

  /** Lists the rows as {@link VectorFeatures#list} does. */
  private void list(int list) {
    int from = at(list);
    int to = from;
    int index = list * features;
    int zero = index;
    ShortVector first = ShortVector.broadcast(S, (short) index);
    for (; index < (list + 1) * features; index += WORD) {
      int bits = active[index / WORD];
      zero = bits == -1 ? zero : index + Integer.numberOfTrailingZeros(~bits);
      for (int group = 0; group < WORD; group += GROUP) {
        int set = bits & (1 << GROUP) - 1;
        ShortVector.fromArray(S, PLACES, set * GROUP).add(first).intoArray(rows, to);
        first = first.add((short) GROUP);
        to += Integer.bitCount(set);
        bits >>>= GROUP;
      }
    }
    counts[list] = to - from;
    zeros[list] = zero;
  }
}
