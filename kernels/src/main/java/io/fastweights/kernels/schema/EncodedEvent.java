package io.fastweights.kernels.schema;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * An event as features: ids and weights in the order of the schema's fields, and the encoded
 * target. A key keeps its last observed event (the lag) in this form.
 *
 * <p>It is filled again for another event by {@link Schema#encode(RawEvent, EncodedEvent)} and by
 * {@link #keep}, and owns its arrays: what is to outlive that must be copied.
 */
public final class EncodedEvent {
  private static final int[] NO_IDS = {};
  private static final float[] NO_FLOATS = {};

  /** Longest array that is allocated at once for a length read; longer ones grow as values come. */
  private static final int TRUSTED = 1024;

  /** Largest magnitude of a float of a vector event: its square and the sums stay finite. */
  public static final float MOST = 1e6f;

  private long timestamp;
  private boolean observe;
  private int[] ids;
  private float[] weights;
  private int targetId;
  private float[] target;
  private float[] vector;
  private RunningNumbers numbers;

  /** Takes the target of the next event that has one. */
  private float[] spareTarget = NO_FLOATS;

  /** Takes the next vector. */
  private float[] spareVector = NO_FLOATS;

  /**
   * An event that takes over the arrays.
   *
   * @param timestamp in milliseconds since 1970-01-01 UTC
   * @param observe true to learn from it
   * @param ids feature ids, each within its field
   * @param weights their weights
   * @param targetId id of the target's lag embedding; -1 where the target is unknown
   * @param target the encoded target; empty where it is unknown or the schema has none
   * @param vector the input itself, float[inputDim], where there is no schema; else null
   * @param numbers those that running statistics standardise; null where the schema has none
   */
  public EncodedEvent(
      long timestamp,
      boolean observe,
      int[] ids,
      float[] weights,
      int targetId,
      float[] target,
      float[] vector,
      RunningNumbers numbers) {
    this.timestamp = timestamp;
    this.observe = observe;
    this.ids = ids;
    this.weights = weights;
    this.targetId = targetId;
    this.target = target;
    this.vector = vector;
    this.numbers = numbers;
  }

  /** An event without running statistics. */
  public EncodedEvent(
      long timestamp,
      boolean observe,
      int[] ids,
      float[] weights,
      int targetId,
      float[] target,
      float[] vector) {
    this(timestamp, observe, ids, weights, targetId, target, vector, null);
  }

  /** An event at time 0, to be filled. */
  public EncodedEvent() {
    this(0, true, NO_IDS, NO_FLOATS, -1, NO_FLOATS, null);
  }

  /** A lag that holds the time only. */
  public static EncodedEvent ofTime(long timestamp) {
    return new EncodedEvent(timestamp, true, NO_IDS, NO_FLOATS, -1, NO_FLOATS, null);
  }

  /**
   * Becomes an event of a vector. Its lag is its time alone.
   *
   * @throws MalformedEventException if the vector or an observed event's target is missing, of
   *     another size, not finite or beyond {@link #MOST}
   */
  void fillVector(RawEvent event, int inputDim, int targetDim) throws MalformedEventException {
    begin(event, 0);
    check("vector", event.vector(), inputDim);
    if (targetDim > 0 && observe) {
      Object value = event.targetValue();
      if (value != null && !(value instanceof float[])) {
        throw new MalformedEventException("the target is no vector");
      }
      check("target", (float[]) value, targetDim);
      System.arraycopy((float[]) value, 0, beginTarget(targetDim), 0, targetDim);
    }
    if (spareVector.length != inputDim) {
      spareVector = new float[inputDim];
    }
    vector = spareVector;
    System.arraycopy(event.vector(), 0, vector, 0, inputDim);
  }

  /** Becomes another event, with space for features and without a target. */
  void begin(RawEvent event, int features) {
    timestamp = event.timestamp();
    observe = event.observes();
    beginFeatures(features);
    targetId = -1;
    target = NO_FLOATS;
    vector = null;
    numbers = null;
  }

  private void beginFeatures(int features) {
    if (ids.length != features) {
      ids = new int[features];
      weights = new float[features];
    }
  }

  /** Space for the target. */
  float[] beginTarget(int dim) {
    if (spareTarget.length != dim) {
      spareTarget = new float[dim];
    }
    target = spareTarget;
    return target;
  }

  void targetId(int id) {
    targetId = id;
  }

  void numbers(RunningNumbers running) {
    numbers = running;
  }

  private static void check(String what, float[] vector, int dim) throws MalformedEventException {
    if (vector == null) {
      throw new MalformedEventException("the " + what + " is missing");
    }
    if (vector.length != dim) {
      throw new MalformedEventException(
          String.format(
              Locale.ROOT, "the %s has %d floats, must have %d", what, vector.length, dim));
    }
    // A loop without an exit is vectorised. The maximum with NaN is NaN.
    float most = 0;
    for (int i = 0; i < dim; i++) {
      most = Math.max(most, Math.abs(vector[i]));
    }
    if (!(most <= MOST)) {
      throw beyond(what, vector);
    }
  }

  private static MalformedEventException beyond(String what, float[] vector) {
    int i = 0;
    while (Math.abs(vector[i]) <= MOST) {
      i++;
    }
    return new MalformedEventException(
        String.format(
            Locale.ROOT,
            "float %d of the %s is %s, must be within +-%s",
            i,
            what,
            vector[i],
            MOST));
  }

  public long timestamp() {
    return timestamp;
  }

  /** True to learn from it. */
  public boolean observe() {
    return observe;
  }

  /** Feature ids, each within its field. */
  public int[] ids() {
    return ids;
  }

  /** The weights of the features. */
  public float[] weights() {
    return weights;
  }

  /** Id of the target's lag embedding; -1 where the target is unknown. */
  public int targetId() {
    return targetId;
  }

  /** The encoded target; empty where it is unknown or the schema has none. */
  public float[] target() {
    return target;
  }

  /** The input itself, float[inputDim], where there is no schema; else null. */
  public float[] vector() {
    return vector;
  }

  /** Those that running statistics standardise; null where the schema has none. */
  public RunningNumbers numbers() {
    return numbers;
  }

  /** Becomes a copy of another event as its key keeps it: {@link #asLag}. */
  public void keep(EncodedEvent event) {
    boolean isVector = event.vector != null;
    timestamp = event.timestamp;
    observe = true;
    beginFeatures(isVector ? 0 : event.ids.length);
    System.arraycopy(event.ids, 0, ids, 0, ids.length);
    System.arraycopy(event.weights, 0, weights, 0, ids.length);
    targetId = event.targetId;
    int dim = isVector ? 0 : event.target.length;
    System.arraycopy(event.target, 0, beginTarget(dim), 0, dim);
    vector = null;
    numbers = event.numbers;
  }

  /** A copy as {@link #keep} makes it, which nothing fills again. */
  public EncodedEvent kept() {
    EncodedEvent kept = new EncodedEvent();
    kept.keep(this);
    return kept;
  }

  /** The event as its key keeps it: without the vector. */
  public EncodedEvent asLag() {
    return vector == null ? this : ofTime(timestamp);
  }

  /**
   * Writes the event as its key keeps it: without the vector. If the key has running statistics,
   * the complement of the number of features is written, and the statistics follow the rest.
   */
  public void writeLag(DataOutput out) throws IOException {
    double[] moments = numbers == null ? null : numbers.moments();
    out.writeLong(timestamp);
    out.writeInt(moments == null ? ids.length : ~ids.length);
    for (int i = 0; i < ids.length; i++) {
      out.writeInt(ids[i]);
      out.writeFloat(weights[i]);
    }
    out.writeInt(targetId);
    out.writeInt(target.length);
    for (float value : target) {
      out.writeFloat(value);
    }
    if (moments != null) {
      out.writeInt(moments.length);
      for (double value : moments) {
        out.writeDouble(value);
      }
    }
  }

  /**
   * Reads what {@link #writeLag} wrote.
   *
   * @throws IOException if it is cut off or a length is invalid
   */
  public static EncodedEvent readLag(DataInput in) throws IOException {
    long timestamp = in.readLong();
    int first = in.readInt();
    int length = checked(first < 0 ? ~first : first);
    int[] ids = new int[Math.min(length, TRUSTED)];
    float[] weights = new float[ids.length];
    for (int i = 0; i < length; i++) {
      if (i == ids.length) {
        ids = Arrays.copyOf(ids, Math.min(length, 2 * i));
        weights = Arrays.copyOf(weights, ids.length);
      }
      ids[i] = in.readInt();
      weights[i] = in.readFloat();
    }
    int targetId = in.readInt();
    length = checked(in.readInt());
    float[] target = new float[Math.min(length, TRUSTED)];
    for (int i = 0; i < length; i++) {
      if (i == target.length) {
        target = Arrays.copyOf(target, Math.min(length, 2 * i));
      }
      target[i] = in.readFloat();
    }
    RunningNumbers numbers = first < 0 ? RunningNumbers.ofMoments(readMoments(in)) : null;
    return new EncodedEvent(timestamp, true, ids, weights, targetId, target, null, numbers);
  }

  private static double[] readMoments(DataInput in) throws IOException {
    int length = checked(in.readInt());
    double[] moments = new double[Math.min(length, TRUSTED)];
    for (int i = 0; i < length; i++) {
      if (i == moments.length) {
        moments = Arrays.copyOf(moments, Math.min(length, 2 * i));
      }
      moments[i] = in.readDouble();
    }
    return moments;
  }

  private static int checked(int length) throws IOException {
    if (length < 0 || length > 1 << 20) {
      throw new IOException("a lag of " + length + " features is corrupt");
    }
    return length;
  }
}
