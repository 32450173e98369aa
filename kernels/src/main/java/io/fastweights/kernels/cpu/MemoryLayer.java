package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.numeric.StochasticRounding;

/**
 * Layout of a batch's events for one layer's memory: a view on the engine's buffers, set for each
 * layer. In a row, head h's floats begin at {@code base + h * size}.
 */
final class MemoryLayer {
  final Model model;
  final MemoryShape shape;
  final int keyDim;

  /** E, the features of phi. */
  final int rows;

  /** True if rows of W have step sizes of their own. */
  final boolean preconditioned;

  /** Floats of a head that fade: all, but for a forget gate's counter. */
  final int fadingFloats;

  private final int heads;
  private final int columns;

  /** Floats of a head's delta. */
  private final int logged;

  EventBatch batch;

  /** Asked events write too: the caller puts the memory back. For layers that share one memory. */
  boolean alwaysWrite;

  /** Factors that multiply this layer's memory before each event; null without fading. */
  float[] fades;

  /** Seeds of the events' rounding: int[row]; null for memories in fp32. */
  int[] seeds;

  /** The index of this update within an event: the number of the layer. */
  int update;

  /** The batch's row that comes first in projections, values, beta, reads and recalls. */
  int firstRow;

  /** q and k: floats from one row to the next, and the offsets of head 0. */
  float[] projections;

  int projectionStride;
  int q;
  int k;

  /** Values: float[(row - firstRow) * valueStride + value + head * valueHeadStride ...]. */
  float[] values;

  int valueStride;
  int value;
  int valueHeadStride;

  /** beta after its gate: float[row * heads + head], or float[head] where it is constant. */
  float[] beta;

  boolean constantBeta;

  /** Steps of the forget gates, as {@link #beta}; null without. */
  float[] forgets;

  /**
   * Read-outs: float[row][heads][columns], scaled by {@code scale}; null where v_old is the answer.
   */
  float[] reads;

  float scale;

  /** v_old: float[row][heads][columns], or null if not needed. */
  float[] recalls;

  /** True if a recall error is divided by |v|^2. */
  boolean relativeError;

  /** Sums of recall errors: float[row]. */
  float[] recallErrors;

  /** Deltas of this layer begin at row * deltaStride + delta. */
  float[] deltas;

  int deltaStride;
  int delta;

  MemoryLayer(Model model) {
    this.model = model;
    this.shape = model.memory();
    this.keyDim = model.keyDim();
    this.rows = model.features();
    this.preconditioned = model.updateRule() == UpdateRule.PRECONDITIONED;
    this.heads = shape.heads();
    this.columns = shape.columns();
    this.logged = LogShape.of(model).columns();
    this.fadingFloats = model.forgets() ? rows * columns : shape.headFloats();
  }

  /**
   * Sets events whose heads all have one value and answer with v_old.
   *
   * @param keys float[row][heads][keyDim]
   * @param oneValue float[row][columns]
   * @param betas float[heads]
   */
  void oneValue(float[] keys, float[] oneValue, float[] betas) {
    projections = keys;
    projectionStride = heads * keyDim;
    k = 0;
    values = oneValue;
    valueStride = columns;
    value = 0;
    valueHeadStride = 0;
    beta = betas;
    constantBeta = true;
    reads = null;
    delta = 0;
  }

  /** True if the event in a row rewrites W. */
  boolean writes(int row) {
    return alwaysWrite || batch.observes(row);
  }

  /**
   * The factor that multiplies W before the event in a row. Layers that share one memory fade it
   * once, before the first of them.
   */
  float fade(int row) {
    return fades == null ? 1 : fades[row];
  }

  /** The same of a head whose forget gate counts so. */
  float fade(int row, int counter) {
    return forgets == null ? fade(row) : ForgetGate.wrap(counter);
  }

  /** A head's counter, with the steps of the event in a row; 0 without a forget gate. */
  int counter(int row, int head, float[] w, int at) {
    if (forgets == null) {
      return 0;
    }
    int steps = (int) forgets[(row - firstRow) * heads + head];
    return ForgetGate.counter(w, at + rows * columns) + steps;
  }

  /** Stores a head's counter. */
  void store(int counter, float[] w, int at) {
    if (forgets != null) {
      ForgetGate.store(w, at + rows * columns, counter % ForgetGate.SPAN);
    }
  }

  /** The factor of what a head's memory holds; 1 without a forget gate. */
  float scale(int counter) {
    return forgets == null ? 1 : ForgetGate.scale(counter % ForgetGate.SPAN);
  }

  /** Logs the steps of the forget gates of rows. */
  void logForgets(int from, int to) {
    for (int row = from; forgets != null && row < to; row++) {
      for (int head = 0; head < heads; head++) {
        deltas[deltaAt(row, head) + columns] = forgets[(row - firstRow) * heads + head];
      }
    }
  }

  /** Seed of the rounding of what the event in a row rewrites. */
  int updateSeed(int row) {
    return StochasticRounding.pass(seeds[row], StochasticRounding.update(update));
  }

  /** Seed of the rounding of a memory that fades before the event in a row. */
  int fadeSeed(int row) {
    return StochasticRounding.pass(seeds[row], StochasticRounding.FADE);
  }

  /** Offset of head h's delta of a row. */
  int deltaAt(int row, int head) {
    return row * deltaStride + delta + head * logged;
  }

  int keyAt(int row, int head) {
    return (row - firstRow) * projectionStride + k + head * keyDim;
  }

  int queryAt(int row, int head) {
    return (row - firstRow) * projectionStride + q + head * keyDim;
  }

  int valueAt(int row, int head) {
    return (row - firstRow) * valueStride + value + head * valueHeadStride;
  }

  int readAt(int row, int head) {
    return ((row - firstRow) * heads + head) * columns;
  }

  /** The factor of an event's delta; 1 where each row of W has a step size. */
  float deltaFactor(int row, int head) {
    return preconditioned ? 1 : betaOf(row, head);
  }

  float betaOf(int row, int head) {
    return constantBeta ? beta[head] : beta[(row - firstRow) * heads + head];
  }
}
