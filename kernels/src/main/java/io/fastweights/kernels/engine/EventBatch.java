package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.StochasticRounding;
import java.util.Arrays;

/**
 * Events to step together, in segments: the events of one slot (one key), in order. Owned by the
 * caller and filled again and again; nothing is allocated per event. A slot may stand in one
 * segment only.
 *
 * <pre>
 *   batch.clear();
 *   batch.segment(slot, fresh, learned);
 *   int row = batch.add(true);          // then write inputs()[row * inputDim ...]
 *   engine.step(batch);                 // then read outputs()[row * outputDim ...]
 * </pre>
 */
public final class EventBatch {
  private final int capacity;
  private final int[] slots;
  private final int[] starts;
  private final boolean[] fresh;
  private final boolean[] learn;
  private final float[] fades;
  private final int[] seeds;
  private final float[] inputs;
  private final float[] targets;
  private final float[] outputs;
  private final float[] hidden;
  private final float[] recallErrors;
  private final int keyFloats;
  private final int deltaFloats;
  private final boolean forgets;

  /** Null until requested: a device keeps the log elsewhere. */
  private float[] keys;

  private float[] deltas;

  /** Holds the log until it is copied to the arrays; null if the arrays hold it. */
  private LogLoan keysLent;

  private LogLoan deltasLent;
  private boolean wantsHidden = true;
  private boolean wantsLog = true;
  private int size;
  private int segments;
  private boolean fading;

  /** Number of the next event of the segment begun last, if it is observed. */
  private long number;

  private boolean numbered;

  /**
   * @param model sets how many floats an event has
   * @param capacity most events of a batch
   */
  public EventBatch(Model model, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + ", must be at least 1");
    }
    this.capacity = capacity;
    slots = new int[capacity];
    starts = new int[capacity + 1];
    fresh = new boolean[capacity];
    learn = new boolean[capacity];
    fades = floats(1);
    seeds = new int[capacity];
    inputs = floats(model.inputDim());
    targets = floats(model.targetDim());
    outputs = floats(model.outputDim());
    hidden = floats(model.hiddenDim());
    recallErrors = floats(1);
    LogShape log = LogShape.of(model);
    keyFloats = log.keys();
    deltaFloats = log.deltas();
    forgets = model.forgets();
  }

  private float[] floats(int each) {
    return new float[Math.multiplyExact(capacity, each)];
  }

  /**
   * Selects the results that the caller reads beside outputs and recall errors; all by default. An
   * engine may leave the others unfilled, and a device need not send them.
   *
   * @param hiddenVectors true if {@link #hidden} is read
   * @param log true if {@link #keys} and {@link #deltas} are read
   */
  public void want(boolean hiddenVectors, boolean log) {
    wantsHidden = hiddenVectors;
    wantsLog = log;
  }

  public boolean wantsHidden() {
    return wantsHidden;
  }

  public boolean wantsLog() {
    return wantsLog;
  }

  /** Forgets all events. */
  public void clear() {
    size = 0;
    segments = 0;
    fading = false;
    numbered = true;
    starts[0] = 0;
    lend(null);
  }

  /**
   * Begins the segment of a slot in a pool in fp32, or of a fresh memory.
   *
   * @param isFresh the slot's content is void: the memory starts from zero
   */
  public void segment(int slot, boolean isFresh) {
    segment(slot, isFresh, 0);
    numbered &= isFresh;
  }

  /**
   * Begins the segment of a slot; the events added next belong to it.
   *
   * @param isFresh the slot's content is void: the memory starts from zero
   * @param learned observed events of the slot's key before these; a memory in bf16 is rounded by
   *     an event's number among them
   * @throws IllegalArgumentException if learned is negative
   */
  public void segment(int slot, boolean isFresh, long learned) {
    if (learned < 0) {
      throw new IllegalArgumentException("learned is " + learned + ", must be at least 0");
    }
    if (segments > 0 && starts[segments - 1] == size) {
      throw new IllegalStateException("segment " + (segments - 1) + " has no event");
    }
    slots[segments] = slot;
    fresh[segments] = isFresh;
    starts[segments] = size;
    number = learned + 1;
    segments++;
    starts[segments] = size;
  }

  /**
   * Adds an event to the segment begun last. Its memory does not fade before it.
   *
   * @param observe true to learn from it, false to answer only
   * @return its row
   */
  public int add(boolean observe) {
    return add(observe, 1);
  }

  /**
   * Adds an event to the segment begun last.
   *
   * @param observe true to learn from it, false to answer only
   * @param fade factor that multiplies the whole memory before the event reads it, in 0 ... 1. An
   *     ask is answered from the faded memory and leaves it as it was. 1 changes no bit.
   * @return its row
   * @throws IllegalArgumentException if fade is out of its range, or not 1 with a forget gate
   */
  public int add(boolean observe, float fade) {
    if (size == capacity) {
      throw new IllegalStateException("the batch is full: " + capacity + " events");
    }
    if (!(fade >= 0 && fade <= 1)) {
      throw new IllegalArgumentException("fade is " + fade + ", must be in 0 ... 1");
    }
    if (forgets && fade != 1) {
      throw new IllegalArgumentException(
          "fade is " + fade + ", must be 1: the model's forget gate says what its memories forget");
    }
    learn[size] = observe;
    fades[size] = fade;
    fading |= fade != 1;
    seeds[size] = StochasticRounding.event(number);
    number += observe ? 1 : 0;
    starts[segments] = size + 1;
    return size++;
  }

  public int capacity() {
    return capacity;
  }

  /** Events in the batch. */
  public int size() {
    return size;
  }

  public int segments() {
    return segments;
  }

  public int slot(int segment) {
    return slots[segment];
  }

  /** True if the segment's memory starts from zero. */
  public boolean fresh(int segment) {
    return fresh[segment];
  }

  /** First row of a segment. */
  public int start(int segment) {
    return starts[segment];
  }

  /** Row after the last of a segment. */
  public int end(int segment) {
    return starts[segment + 1];
  }

  /** True if the event in a row is observed, false if it is asked. */
  public boolean observes(int row) {
    return learn[row];
  }

  /** True if a memory fades before any event of the batch. */
  public boolean fading() {
    return fading;
  }

  /** The factor that multiplies the memory before the event in a row; 1 without fading. */
  public float fade(int row) {
    return fades[row];
  }

  /** float[row]: the same for all rows; null where no memory fades. */
  public float[] fades() {
    return fading ? fades : null;
  }

  /** int[row]: the seed of each event's {@link StochasticRounding}, for memories in bf16. */
  public int[] seeds() {
    return seeds;
  }

  /**
   * @throws IllegalArgumentException if the events of a segment are not numbered, so that no engine
   *     with memories in bf16 can step them
   */
  public void requireNumbers() {
    if (!numbered) {
      throw new IllegalArgumentException(
          "a segment does not say how many events its key has learned: memories in bf16 are rounded"
              + " by the number of each event");
    }
  }

  /** float[row][inputDim]; the caller fills it. */
  public float[] inputs() {
    return inputs;
  }

  /** float[row][targetDim]; the caller fills it. NaN where an asked event's target is unknown. */
  public float[] targets() {
    return targets;
  }

  /** float[row][outputDim]; the engine fills it. */
  public float[] outputs() {
    return outputs;
  }

  /** float[row][hiddenDim]; the engine fills it. */
  public float[] hidden() {
    return hidden;
  }

  /**
   * float[row]: |v - v_old|^2 / |v|^2, averaged over heads and layers; the error with which its
   * key's memory recalls the event's values. For an associative memory |v - v_old|^2, as targets
   * are of unit scale; NaN for an ask, whose target is unknown.
   */
  public float[] recallErrors() {
    return recallErrors;
  }

  /**
   * float[row][update][head][keyDim]: keys before phi, for the log; the engine fills it. {@link
   * #copyKeys} copies single rows to another array.
   */
  public float[] keys() {
    if (keys == null) {
      keys = floats(keyFloats);
    }
    if (keysLent != null) {
      keysLent.keys().get(0, keys, 0, size * keyFloats);
      keysLent = null;
    }
    return keys;
  }

  /**
   * float[row][update][head][columns]: beta (v - v_old), for the log; the engine fills it. With a
   * forget gate float[row][update][head][columns + 1]: beta (v - v_old) by the scale of W, and the
   * gate's steps.
   */
  public float[] deltas() {
    if (deltas == null) {
      deltas = floats(deltaFloats);
    }
    if (deltasLent != null) {
      deltasLent.deltas().get(0, deltas, 0, size * deltaFloats);
      deltasLent = null;
    }
    return deltas;
  }

  /**
   * Copies an event's keys, from where the engine has them.
   *
   * @throws IllegalStateException if the engine has taken another batch there
   */
  public void copyKeys(int row, float[] into, int at) {
    if (keysLent == null) {
      System.arraycopy(keys(), row * keyFloats, into, at, keyFloats);
    } else {
      keysLent.keys().get(row * keyFloats, into, at, keyFloats);
    }
  }

  /**
   * Copies an event's deltas, from where the engine has them.
   *
   * @throws IllegalStateException if the engine has taken another batch there
   */
  public void copyDeltas(int row, float[] into, int at) {
    if (deltasLent == null) {
      System.arraycopy(deltas(), row * deltaFloats, into, at, deltaFloats);
    } else {
      deltasLent.deltas().get(row * deltaFloats, into, at, deltaFloats);
    }
  }

  /** Sets the log of an engine that keeps it elsewhere; null if it fills the arrays. */
  public void lend(LogLoan log) {
    keysLent = log;
    deltasLent = log;
  }

  /** Fills the results with NaN, so that a test detects those that the engine did not write. */
  public void poisonResults() {
    for (float[] result : new float[][] {outputs, hidden, recallErrors, keys(), deltas()}) {
      Arrays.fill(result, Float.NaN);
    }
  }
}
