package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The recurrence of memories in fp32 whose heads are narrow: a row of W is one or two vectors. An
 * event passes through all heads in each step before the next step begins.
 *
 * <p>The lists of rows are short there, and the end of each is a branch that no processor predicts.
 * So four heads are read in one loop, with their lists lengthened to the longest. Their sums also
 * hide each other's latency.
 */
final class VectorHeads {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();

  private final int heads;
  private final int columns;

  /** Floats of a head beyond W: those of a forget gate's counter. */
  private final int skip;

  /** The factor of what each head's memory holds; 1 without forget gates. */
  private final float[] scales;

  /** Keys of the heads, then their queries; features of all keys are rows of W. */
  private final VectorLists lists;

  private final int[] listsAt;
  private final float[] old;
  private final float[] delta;

  /** Partial sums of |v|^2 and of |v - v_old|^2: float[heads][2][16]. */
  private final float[] sums;

  VectorHeads(Model model) {
    heads = model.memory().heads();
    columns = model.memory().columns();
    skip = model.memory().headFloats() - model.features() * columns;
    scales = new float[heads];
    lists = new VectorLists(model, 2 * heads);
    listsAt = new int[2 * heads];
    old = new float[heads * columns];
    delta = new float[heads * columns];
    sums = new float[2 * heads * Sums.LANES];
  }

  /** True if memories of this model can be stepped here. */
  static boolean fit(Model model) {
    int columns = model.memory().columns();
    return (model.updateRule() == UpdateRule.DELTA || model.forgets())
        && (columns == L || columns == 2 * L)
        && VectorLists.fit(model, 2 * model.memory().heads());
  }

  /** True if these events are all learned and read out, and no memory fades before one. */
  boolean take(MemoryLayer layer, int firstRow, int endRow) {
    boolean plain = layer.reads != null && layer.recalls == null;
    for (int row = firstRow; plain && row < endRow; row++) {
      plain = layer.writes(row) && layer.fade(row) == 1;
    }
    return plain;
  }

  /** A layer's heads, through events that it can {@link #take}. */
  void step(MemoryLayer layer, float[] w, int at, int firstRow, int endRow) {
    for (int row = firstRow; row < endRow; row++) {
      event(layer, row, w, at);
    }
  }

  private void event(MemoryLayer layer, int row, float[] w, int at) {
    for (int head = 0; head < heads; head++) {
      listsAt[head] = layer.keyAt(row, head);
      listsAt[heads + head] = layer.queryAt(row, head);
    }
    lists.of(layer.projections, listsAt, 2 * heads);
    boolean gated = layer.forgets != null;
    if (gated) {
      forget(layer, row, w, at);
    }
    read(0, w, at, old, 0, 1);
    if (gated) {
      scale(old, 0, scales);
    }
    for (int head = 0; head < heads; head++) {
      delta(layer, row, head, gated);
    }
    layer.recallErrors[row] = recallErrors(layer, row, layer.recallErrors[row]);
    for (int head = 0; head < heads; head++) {
      if (columns == L) {
        update1(head, w, at + head * skip);
      } else {
        update2(head, w, at + head * skip);
      }
    }
    int queries = at - heads * layer.rows * columns;
    int readAt = layer.readAt(row, 0);
    if (gated) {
      read(heads, w, queries, layer.reads, readAt, 1);
      scale(layer.reads, readAt, scales);
      DeltaRule.scale(layer.reads, readAt, heads * columns, layer.scale);
    } else {
      read(heads, w, queries, layer.reads, readAt, layer.scale);
    }
  }

  /** Advances the heads' counters; where one passes its span, W takes the power of two. */
  private void forget(MemoryLayer layer, int row, float[] w, int at) {
    for (int head = 0; head < heads; head++) {
      int headAt = at + head * layer.shape.headFloats();
      int counter = layer.counter(row, head, w, headAt);
      float wrap = layer.fade(row, counter);
      if (wrap != 1) {
        DeltaRule.scale(w, headAt, layer.fadingFloats, wrap);
      }
      layer.store(counter, w, headAt);
      scales[head] = layer.scale(counter);
    }
  }

  /** Multiplies each head's columns by its scale. */
  private void scale(float[] x, int at, float[] by) {
    for (int head = 0; head < heads; head++) {
      DeltaRule.scale(x, at + head * columns, columns, by[head]);
    }
  }

  /**
   * W^T phi of each head, times a scale.
   *
   * @param first list of head 0
   * @param at offset in w of the row that has index 0 in the lists, as of head 0
   * @param out float[heads][columns] from outAt on
   */
  private void read(int first, float[] w, int at, float[] out, int outAt, float scale) {
    int head = 0;
    for (; head + 4 <= heads; head += 4) {
      int from = at + head * skip;
      if (columns == L) {
        readFour1(first + head, w, from, out, outAt + head * columns, scale);
      } else {
        readFour2(first + head, w, from, out, outAt + head * columns, scale);
      }
    }
    for (; head < heads; head++) {
      int from = at + head * skip;
      for (int j = 0; j < columns; j += L) {
        readOne(first + head, w, from + j, out, outAt + head * columns + j, scale);
      }
    }
  }

  /** Entries of the longest of four lists. */
  private int longest(int list) {
    int[] counts = lists.counts;
    return Math.max(
        Math.max(counts[list], counts[list + 1]), Math.max(counts[list + 2], counts[list + 3]));
  }

  private void readFour1(int list, float[] w, int at, float[] out, int outAt, float scale) {
    short[] rows = lists.rows;
    float[] phi = lists.phi;
    int columns = this.columns;
    int count = longest(list);
    int a = lists.lengthened(list, count);
    int b = lists.lengthened(list + 1, count);
    int c = lists.lengthened(list + 2, count);
    int d = lists.lengthened(list + 3, count);
    int atB = at + skip;
    int atC = atB + skip;
    int atD = atC + skip;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector b0 = a0;
    FloatVector c0 = a0;
    FloatVector d0 = a0;
    for (int n = 0; n < count; n++) {
      int i = rows[a + n];
      a0 = FloatVector.fromArray(F, w, at + i * columns).fma(FloatVector.broadcast(F, phi[i]), a0);
      i = rows[b + n];
      b0 = FloatVector.fromArray(F, w, atB + i * columns).fma(FloatVector.broadcast(F, phi[i]), b0);
      i = rows[c + n];
      c0 = FloatVector.fromArray(F, w, atC + i * columns).fma(FloatVector.broadcast(F, phi[i]), c0);
      i = rows[d + n];
      d0 = FloatVector.fromArray(F, w, atD + i * columns).fma(FloatVector.broadcast(F, phi[i]), d0);
    }
    FloatVector scales = FloatVector.broadcast(F, scale);
    a0.mul(scales).intoArray(out, outAt);
    b0.mul(scales).intoArray(out, outAt + columns);
    c0.mul(scales).intoArray(out, outAt + 2 * columns);
    d0.mul(scales).intoArray(out, outAt + 3 * columns);
  }

  private void readFour2(int list, float[] w, int at, float[] out, int outAt, float scale) {
    short[] rows = lists.rows;
    float[] phi = lists.phi;
    int columns = this.columns;
    int count = longest(list);
    int a = lists.lengthened(list, count);
    int b = lists.lengthened(list + 1, count);
    int c = lists.lengthened(list + 2, count);
    int d = lists.lengthened(list + 3, count);
    int atB = at + skip;
    int atC = atB + skip;
    int atD = atC + skip;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    for (int n = 0; n < count; n++) {
      int i = rows[a + n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      a0 = FloatVector.fromArray(F, w, row).fma(p, a0);
      a1 = FloatVector.fromArray(F, w, row + L).fma(p, a1);
      i = rows[b + n];
      row = atB + i * columns;
      p = FloatVector.broadcast(F, phi[i]);
      b0 = FloatVector.fromArray(F, w, row).fma(p, b0);
      b1 = FloatVector.fromArray(F, w, row + L).fma(p, b1);
      i = rows[c + n];
      row = atC + i * columns;
      p = FloatVector.broadcast(F, phi[i]);
      c0 = FloatVector.fromArray(F, w, row).fma(p, c0);
      c1 = FloatVector.fromArray(F, w, row + L).fma(p, c1);
      i = rows[d + n];
      row = atD + i * columns;
      p = FloatVector.broadcast(F, phi[i]);
      d0 = FloatVector.fromArray(F, w, row).fma(p, d0);
      d1 = FloatVector.fromArray(F, w, row + L).fma(p, d1);
    }
    FloatVector scales = FloatVector.broadcast(F, scale);
    a0.mul(scales).intoArray(out, outAt);
    a1.mul(scales).intoArray(out, outAt + L);
    b0.mul(scales).intoArray(out, outAt + columns);
    b1.mul(scales).intoArray(out, outAt + columns + L);
    c0.mul(scales).intoArray(out, outAt + 2 * columns);
    c1.mul(scales).intoArray(out, outAt + 2 * columns + L);
    d0.mul(scales).intoArray(out, outAt + 3 * columns);
    d1.mul(scales).intoArray(out, outAt + 3 * columns + L);
  }

  private void readOne(int list, float[] w, int at, float[] out, int outAt, float scale) {
    short[] rows = lists.rows;
    float[] phi = lists.phi;
    int columns = this.columns;
    int end = lists.at(list) + lists.counts[list];
    FloatVector a0 = FloatVector.zero(F);
    for (int n = lists.at(list); n < end; n++) {
      int i = rows[n];
      a0 = FloatVector.fromArray(F, w, at + i * columns).fma(FloatVector.broadcast(F, phi[i]), a0);
    }
    a0.mul(FloatVector.broadcast(F, scale)).intoArray(out, outAt);
  }

  /** W += phi(k) (x) delta of a head. */
  private void update1(int head, float[] w, int at) {
    short[] rows = lists.rows;
    float[] phi = lists.phi;
    int columns = this.columns;
    int end = lists.at(head) + lists.counts[head];
    FloatVector d0 = FloatVector.fromArray(F, delta, head * columns);
    for (int n = lists.at(head); n < end; n++) {
      int i = rows[n];
      int row = at + i * columns;
      d0.fma(FloatVector.broadcast(F, phi[i]), FloatVector.fromArray(F, w, row)).intoArray(w, row);
    }
  }

  private void update2(int head, float[] w, int at) {
    short[] rows = lists.rows;
    float[] phi = lists.phi;
    int columns = this.columns;
    int end = lists.at(head) + lists.counts[head];
    FloatVector d0 = FloatVector.fromArray(F, delta, head * columns);
    FloatVector d1 = FloatVector.fromArray(F, delta, head * columns + L);
    for (int n = lists.at(head); n < end; n++) {
      int i = rows[n];
      int row = at + i * columns;
      FloatVector p = FloatVector.broadcast(F, phi[i]);
      d0.fma(p, FloatVector.fromArray(F, w, row)).intoArray(w, row);
      d1.fma(p, FloatVector.fromArray(F, w, row + L)).intoArray(w, row + L);
    }
  }

  /** delta = beta (v - v_old), and the partial sums of the recall error. */
  private void delta(MemoryLayer layer, int row, int head, boolean gated) {
    float[] v = layer.values;
    float[] log = layer.deltas;
    int at = layer.valueAt(row, head);
    int logAt = layer.deltaAt(row, head);
    int own = head * columns;
    int sumsAt = 2 * head * Sums.LANES;
    float beta = layer.betaOf(row, head);
    FloatVector betas = FloatVector.broadcast(F, gated ? beta / scales[head] : beta);
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector size = FloatVector.zero(F);
      FloatVector error = size;
      for (int j = lane; j < columns; j += Sums.LANES) {
        FloatVector value = FloatVector.fromArray(F, v, at + j);
        FloatVector difference = value.sub(FloatVector.fromArray(F, old, own + j));
        FloatVector learned = difference.mul(betas);
        learned.intoArray(delta, own + j);
        learned.intoArray(log, logAt + j);
        size = value.fma(value, size);
        error = difference.fma(difference, error);
      }
      size.intoArray(sums, sumsAt + lane);
      error.intoArray(sums, sumsAt + Sums.LANES + lane);
    }
  }

  /** Adds the heads' recall errors to a sum; deltas beyond the largest become 0. */
  private float recallErrors(MemoryLayer layer, int row, float sum) {
    for (int head = 0; head < heads; head++) {
      float size = VectorLayers.fold(sums, 2 * head * Sums.LANES);
      float distance = VectorLayers.fold(sums, (2 * head + 1) * Sums.LANES);
      float error = DeltaRule.recallError(size, distance, layer.relativeError);
      float beta = layer.betaOf(row, head);
      beta = layer.forgets == null ? beta : beta / scales[head];
      if (VectorMemory.isBeyond(size, distance, beta, delta, head * columns, columns)) {
        DeltaRule.bound(delta, head * columns, columns, null);
        DeltaRule.bound(layer.deltas, layer.deltaAt(row, head), columns, null);
        error = Float.NaN;
      }
      sum += error;
    }
    return sum;
  }
}
