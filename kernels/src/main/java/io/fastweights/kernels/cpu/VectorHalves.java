package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.numeric.StochasticRounding;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The rows of one bf16 head that are being worked on, widened to fp32. */
final class VectorHalves {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> I = VectorWidth.INTS;
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(VectorWidth.BITS / 2));
  private static final int L = F.length();

  private final int columns;
  private final int whole;

  /** float[rows][columns], and room for a vector beyond; only widened rows mean anything. */
  final float[] rows;

  /** The constant of each column, for rounding. */
  private final int[] columnNoise;

  private final boolean[] widened;
  private final boolean[] changed;
  private short[] w;
  private int at;

  VectorHalves(MemoryShape shape) {
    columns = shape.columns();
    whole = columns - columns % L;
    rows = new float[shape.headFloats() + L];
    columnNoise = new int[columns];
    for (int j = 0; j < columns; j++) {
      columnNoise[j] = StochasticRounding.column(j);
    }
    widened = new boolean[shape.rows()];
    changed = new boolean[shape.rows()];
  }

  /** Begins a head at {@code w[at ...]}. */
  void begin(short[] head, int from) {
    w = head;
    at = from;
    Arrays.fill(widened, false);
  }

  /** Widens those rows of these features that are not widened yet. */
  void load(VectorFeatures f) {
    for (int n = 0; n < f.count; n++) {
      int row = f.rows[n];
      if (!widened[row]) {
        widened[row] = true;
        widen(row * columns);
      }
    }
  }

  private void widen(int from) {
    for (int j = from; j < from + whole; j += L) {
      IntVector bits =
          (IntVector) ShortVector.fromArray(S, w, at + j).convertShape(VectorOperators.S2I, I, 0);
      bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(rows, j);
    }
    for (int j = from + whole; j < from + columns; j++) {
      rows[j] = BrainFloat.toFloat(w[at + j]);
    }
  }

  /** A forget gate's counter with the steps of an event, as {@link MemoryLayer#counter}. */
  int counter(MemoryLayer layer, int row, int head) {
    for (int i = layer.rows; i < widened.length; i++) {
      if (!widened[i]) {
        widened[i] = true;
        widen(i * columns);
      }
    }
    return layer.counter(row, head, rows, 0);
  }

  /** Stores a forget gate's counter. */
  void store(MemoryLayer layer, int counter) {
    layer.store(counter, rows, 0);
    Arrays.fill(changed, layer.rows, changed.length, true);
  }

  /**
   * Multiplies rows and rounds them.
   *
   * @param floats of the rows, from the first
   * @param seed of the rounding
   * @param keep true to store them later
   */
  void fade(float f, int floats, int seed, boolean keep) {
    for (int row = 0; row < floats / columns; row++) {
      int from = row * columns;
      if (!widened[row]) {
        widened[row] = true;
        widen(from);
      }
      DeltaRule.scale(rows, from, columns, f);
      round(from, seed);
      changed[row] |= keep;
    }
  }

  /** Rounds the rows of these features to bf16, as {@link StochasticRounding#round}. */
  void round(VectorFeatures f, int seed) {
    for (int n = 0; n < f.count; n++) {
      round(f.rows[n] * columns, seed);
    }
  }

  private void round(int from, int seed) {
    int row = StochasticRounding.row(seed, at + from);
    for (int j = 0; j < whole; j += L) {
      FloatVector x = FloatVector.fromArray(F, rows, from + j);
      IntVector bits = x.reinterpretAsInts();
      IntVector f = bits.and(0xffff);
      IntVector damping =
          IntVector.broadcast(I, 0x10000)
              .sub(f)
              .mul(f)
              .lanewise(VectorOperators.LSHR, StochasticRounding.DAMPING_SHIFT);
      IntVector noise =
          IntVector.fromArray(I, columnNoise, j)
              .lanewise(VectorOperators.XOR, row)
              .mul(StochasticRounding.STEP)
              .lanewise(VectorOperators.LSHR, 16);
      FloatVector rounded = bits.sub(damping).add(noise).and(0xffff0000).reinterpretAsFloats();
      rounded.blend(Float.NaN, x.compare(VectorOperators.NE, x)).intoArray(rows, from + j);
    }
    for (int j = whole; j < columns; j++) {
      int noise = StochasticRounding.noise(row, columnNoise[j]);
      rows[from + j] = BrainFloat.toFloat(StochasticRounding.of(rows[from + j], noise));
    }
  }

  /** The rows of these features are to be stored. */
  void rewritten(VectorFeatures f) {
    for (int n = 0; n < f.count; n++) {
      changed[f.rows[n]] = true;
    }
  }

  /** The rows of these features are to be widened again before they are read. */
  void forget(VectorFeatures f) {
    for (int n = 0; n < f.count; n++) {
      widened[f.rows[n]] = false;
    }
  }

  /** Every row is to be widened again before it is read. */
  void forgetAll() {
    Arrays.fill(widened, false);
  }

  /** Stores the rewritten rows; all have been rounded. */
  void store() {
    for (int row = 0; row < changed.length; row++) {
      if (changed[row]) {
        changed[row] = false;
        narrow(row * columns);
      }
    }
  }

  private void narrow(int from) {
    for (int j = from; j < from + whole; j += L) {
      IntVector bits = FloatVector.fromArray(F, rows, j).reinterpretAsInts();
      ShortVector upper =
          (ShortVector)
              bits.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, S, 0);
      upper.intoArray(w, at + j);
    }
    for (int j = from + whole; j < from + columns; j++) {
      w[at + j] = BrainFloat.of(rows[j]);
    }
  }
}
