package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.numeric.Sums;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The recurrence of a fast-weight memory on vectors: read, delta, update and second read of one
 * head, with its products with W in {@link VectorColumns}.
 *
 * <p>A read from memory is left to the first pass over the rows of phi(k); what follows finds them
 * in the first-level cache.
 */
final class VectorMemory {
  private static final VectorSpecies<Float> F = VectorWidth.FLOATS;
  private static final int L = F.length();
  private static final int STAGE = 8;

  /** Far below the square of {@link DeltaRule#LARGEST_DELTA}. */
  private static final float SMALL = 0x1p100f;

  /** Its product with the root of SMALL is below that too. The inverse scale of a forget gate. */
  private static final float LARGEST_FACTOR = 256;

  private final int columns;
  private final boolean deltaRule;
  private final VectorColumns products;

  /** Null where heads are not narrow. */
  private final VectorHeads narrow;

  /** Keys and queries whose features are computed together: an event's heads, a head's events. */
  private final VectorFeatures[] keys = new VectorFeatures[STAGE];

  private final VectorFeatures[] queries = new VectorFeatures[STAGE];
  private final int[] keysAt = new int[STAGE];
  private final int[] queriesAt = new int[STAGE];

  /** Null where beta is the step size of all rows. */
  private final VectorPreconditioner preconditioner;

  /** Steps memories in bf16 whose rows have step sizes: they are not widened row by row. */
  private final ScalarKernels plain;

  private final VectorHalves wide;

  /** The factor of what the current head's memory holds: 1 without a forget gate. */
  private float scale = 1;

  private final float[] vOld;
  private final float[] delta;
  private final float[] read;
  private float[] asked = {};
  private final float[] sizes = new float[Sums.LANES];
  private final float[] errors = new float[Sums.LANES];

  VectorMemory(Model model) {
    columns = model.memory().columns();
    deltaRule = model.updateRule() != UpdateRule.SUM;
    for (int i = 0; i < STAGE; i++) {
      keys[i] = new VectorFeatures(model);
      queries[i] = new VectorFeatures(model);
    }
    boolean preconditioned = model.updateRule() == UpdateRule.PRECONDITIONED;
    preconditioner = preconditioned ? new VectorPreconditioner(model.features()) : null;
    plain = preconditioned ? new ScalarKernels() : null;
    products = new VectorColumns(columns);
    narrow = VectorHeads.fit(model) ? new VectorHeads(model) : null;
    wide = new VectorHalves(model.memory());
    vOld = new float[columns + L];
    delta = new float[columns + L];
    read = new float[columns + L];
  }

  /** A layer's heads in fp32: events work on the pool's array. */
  void step(MemoryLayer layer, float[] w, int at, int firstRow, int endRow) {
    if (narrow != null && narrow.take(layer, firstRow, endRow)) {
      narrow.step(layer, w, at, firstRow, endRow);
      return;
    }
    int heads = layer.shape.heads();
    if (endRow - firstRow == 1) {
      for (int head = 0; head < heads; head += STAGE) {
        int end = Math.min(heads, head + STAGE);
        features(layer, firstRow, endRow, head, end);
        for (int h = head; h < end; h++) {
          event(layer, firstRow, h, w, at, keys[h - head], queries[h - head]);
        }
      }
      return;
    }
    for (int head = 0; head < heads; head++) {
      for (int first = firstRow; first < endRow; first += STAGE) {
        int end = Math.min(endRow, first + STAGE);
        features(layer, first, end, head, head + 1);
        for (int row = first; row < end; row++) {
          event(layer, row, head, w, at, keys[row - first], queries[row - first]);
        }
      }
    }
  }

  /** One event of a head; {@code layerAt} is the layer's offset in w. */
  private void event(
      MemoryLayer layer,
      int row,
      int head,
      float[] w,
      int layerAt,
      VectorFeatures key,
      VectorFeatures query) {
    int at = layerAt + head * layer.shape.headFloats();
    int counter = layer.counter(row, head, w, at);
    float fade = layer.fade(row, counter);
    scale = layer.scale(counter);
    boolean writes = layer.writes(row);
    if (writes) {
      layer.store(counter, w, at);
    }
    if (fade == 1) {
      fadedEvent(layer, row, head, w, at, key, query);
    } else if (writes) {
      DeltaRule.scale(w, at, layer.fadingFloats, fade);
      fadedEvent(layer, row, head, w, at, key, query);
    } else {
      float[] faded = faded(w, at, layer.shape.headFloats(), layer.fadingFloats, fade);
      fadedEvent(layer, row, head, faded, 0, key, query);
    }
  }

  /** A faded copy of a head, for an ask: with room for a vector beyond. */
  private float[] faded(float[] w, int at, int floats, int fading, float fade) {
    if (asked.length < floats + L) {
      asked = new float[floats + L];
    }
    System.arraycopy(w, at, asked, 0, floats);
    DeltaRule.scale(asked, 0, fading, fade);
    return asked;
  }

  private void fadedEvent(
      MemoryLayer layer,
      int row,
      int head,
      float[] w,
      int at,
      VectorFeatures key,
      VectorFeatures query) {
    observe(layer, row, head, w, at, key);
    if (layer.writes(row)) {
      if (preconditioner == null) {
        products.update(key, key.phi, delta, w, at);
      } else {
        preconditioned(layer, row, head, w, at, key);
      }
      if (layer.reads != null) {
        products.read(query, w, at, read);
        readOut(layer, row, head);
      }
    } else if (layer.reads != null) {
      products.readAsked(key, query, delta, w, at, read);
      readOut(layer, row, head);
    }
  }

  /**
   * A layer's heads in bf16: events work on widened rows, each widened when it is first touched,
   * and the rewritten ones go back at the end. An ask also rewrites widened rows, which are then
   * discarded.
   */
  void step(MemoryLayer layer, short[] w, int at, int firstRow, int endRow) {
    if (plain != null) {
      plain.step(layer, w, at, firstRow, endRow);
      return;
    }
    for (int head = 0; head < layer.shape.heads(); head++) {
      wide.begin(w, at + head * layer.shape.headFloats());
      for (int first = firstRow; first < endRow; first += STAGE) {
        int end = Math.min(endRow, first + STAGE);
        features(layer, first, end, head, head + 1);
        widened(layer, head, first, end);
      }
      wide.store();
    }
  }

  /** Events of one stage on widened rows. */
  private void widened(MemoryLayer layer, int head, int firstRow, int endRow) {
    for (int row = firstRow; row < endRow; row++) {
      VectorFeatures key = keys[row - firstRow];
      VectorFeatures query = queries[row - firstRow];
      boolean writes = layer.writes(row);
      if (!writes) {
        wide.store();
      }
      int counter = layer.forgets == null ? 0 : wide.counter(layer, row, head);
      float fade = layer.fade(row, counter);
      scale = layer.scale(counter);
      if (fade != 1) {
        wide.fade(fade, layer.fadingFloats, layer.fadeSeed(row), writes);
      }
      if (writes && layer.forgets != null) {
        wide.store(layer, counter);
      }
      wide.load(key);
      if (layer.reads != null) {
        wide.load(query);
      }
      observe(layer, row, head, wide.rows, 0, key);
      if (writes || layer.reads != null) {
        products.update(key, key.phi, delta, wide.rows, 0);
        wide.round(key, layer.updateSeed(row));
      }
      if (layer.reads != null) {
        products.read(query, wide.rows, 0, read);
        readOut(layer, row, head);
      }
      if (writes) {
        wide.rewritten(key);
      } else if (fade != 1) {
        wide.forgetAll();
      } else {
        wide.forget(key);
      }
    }
  }

  private void preconditioned(
      MemoryLayer layer, int row, int head, float[] w, int at, VectorFeatures key) {
    preconditioner.steps(w, at + layer.rows * columns, key.phi, layer.betaOf(row, head));
    products.update(key, preconditioner.kappa, delta, w, at);
  }

  /** One head's W += phi(k) (x) delta, of a logged event. */
  void rewrite(float[] keys, int keyAt, float[] deltas, int deltaAt, float[] w, int at) {
    VectorFeatures key = this.keys[0];
    key.of(keys, keyAt);
    System.arraycopy(deltas, deltaAt, delta, 0, columns);
    DeltaRule.bound(delta, 0, columns, null);
    products.update(key, key.phi, delta, w, at);
  }

  /** The features of a stage: of these rows and heads, one of which is one. */
  private void features(MemoryLayer layer, int firstRow, int endRow, int firstHead, int endHead) {
    int n = 0;
    for (int row = firstRow; row < endRow; row++) {
      for (int head = firstHead; head < endHead; head++) {
        keysAt[n] = layer.keyAt(row, head);
        queriesAt[n] = layer.queryAt(row, head);
        n++;
      }
    }
    features(keys, layer.projections, keysAt, n);
    if (layer.reads != null) {
      features(queries, layer.projections, queriesAt, n);
    }
  }

  private static void features(VectorFeatures[] of, float[] x, int[] at, int n) {
    for (int i = 0; i < n; i++) {
      of[i].project(x, at[i]);
    }
    for (int i = 0; i < n; i++) {
      of[i].measure(x, at[i]);
    }
    for (int i = 0; i < n; i++) {
      of[i].normalise();
    }
    for (int i = 0; i < n; i++) {
      of[i].list();
    }
  }

  private void observe(
      MemoryLayer layer, int row, int head, float[] w, int at, VectorFeatures key) {
    products.read(key, w, at, vOld);
    if (scale != 1) {
      scale(vOld);
    }
    delta(layer, row, head);
  }

  /** x = s x, with room for a vector beyond the columns. */
  private void scale(float[] x) {
    for (int j = 0; j < columns; j += L) {
      FloatVector.fromArray(F, x, j).mul(scale).intoArray(x, j);
    }
  }

  /** o = W^T phi(q) / sqrt(d), of the product that was read. */
  private void readOut(MemoryLayer layer, int row, int head) {
    if (scale != 1) {
      scale(read);
    }
    float[] out = layer.reads;
    int outAt = layer.readAt(row, head);
    int whole = columns - columns % L;
    FloatVector factor = FloatVector.broadcast(F, layer.scale);
    for (int j = 0; j < whole; j += L) {
      FloatVector.fromArray(F, read, j).mul(factor).intoArray(out, outAt + j);
    }
    for (int j = whole; j < columns; j++) {
      out[outAt + j] = read[j] * layer.scale;
    }
  }

  /** delta = beta (v - v_old), and the recall error of the same differences. */
  private void delta(MemoryLayer layer, int row, int head) {
    float[] v = layer.values;
    int at = layer.valueAt(row, head);
    float[] log = layer.deltas;
    int logAt = layer.deltaAt(row, head);
    float beta = layer.deltaFactor(row, head);
    beta = scale == 1 ? beta : beta / scale;
    FloatVector betas = FloatVector.broadcast(F, beta);
    int whole = columns - columns % L;
    // The sum rule's delta leaves the old value out.
    VectorMask<Float> sumRule = betas.compare(VectorOperators.EQ, deltaRule ? Float.NaN : beta);
    for (int lane = 0; lane < Sums.LANES; lane += L) {
      FloatVector size = FloatVector.zero(F);
      FloatVector error = size;
      for (int j = lane; j < whole; j += Sums.LANES) {
        FloatVector value = FloatVector.fromArray(F, v, at + j);
        FloatVector difference = value.sub(FloatVector.fromArray(F, vOld, j));
        FloatVector learned = difference.blend(value, sumRule).mul(betas);
        learned.intoArray(delta, j);
        learned.intoArray(log, logAt + j);
        size = value.fma(value, size);
        error = difference.fma(difference, error);
      }
      size.intoArray(sizes, lane);
      error.intoArray(errors, lane);
    }
    for (int j = whole; j < columns; j++) {
      float difference = v[at + j] - vOld[j];
      delta[j] = beta * (deltaRule ? difference : v[at + j]);
      log[logAt + j] = delta[j];
      int lane = j % Sums.LANES;
      sizes[lane] = Math.fma(v[at + j], v[at + j], sizes[lane]);
      errors[lane] = Math.fma(difference, difference, errors[lane]);
    }
    float size = VectorLayers.fold(sizes);
    float distance = VectorLayers.fold(errors);
    float error = DeltaRule.recallError(size, distance, layer.relativeError);
    if (isBeyond(size, distance, beta, delta, 0, columns)) {
      DeltaRule.bound(delta, 0, columns, layer.writes(row) ? vOld : null);
      DeltaRule.bound(log, logAt, columns, null);
      error = layer.writes(row) ? Float.NaN : error;
    }
    layer.recallErrors[row] += error;
    if (layer.recalls != null) {
      System.arraycopy(vOld, 0, layer.recalls, layer.readAt(row, head), columns);
    }
  }

  /**
   * True if one of an event's deltas is beyond the largest. Most often the sums of squares tell.
   *
   * @param size |v|^2
   * @param distance |v - v_old|^2
   */
  static boolean isBeyond(
      float size, float distance, float beta, float[] delta, int at, int columns) {
    // Sums of squares this small exclude a delta beyond the largest.
    if (size <= SMALL && distance <= SMALL && Math.abs(beta) <= LARGEST_FACTOR) {
      return false;
    }
    for (int j = at; j < at + columns; j++) {
      if (!(Math.abs(delta[j]) <= DeltaRule.LARGEST_DELTA)) {
        return true;
      }
    }
    return false;
  }
}
