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
 * @param timestamp in milliseconds since 1970-01-01 UTC
 * @param observe true to learn from it
 * @param ids feature ids, each within its field
 * @param weights their weights
 * @param targetId id of the target's lag embedding; -1 where the target is unknown
 * @param target the encoded target; empty where it is unknown or the schema has none
 * @param vector the input itself, float[inputDim], where there is no schema; else null
 * @param numbers those that running statistics standardise; null where the schema has none
 */
public record EncodedEvent(
    long timestamp,
    boolean observe,
    int[] ids,
    float[] weights,
    int targetId,
    float[] target,
    float[] vector,
    RunningNumbers numbers) {
  private static final int[] NO_IDS = {};
  private static final float[] NO_FLOATS = {};

  /** Longest array that is allocated at once for a length read; longer ones grow as values come. */
  private static final int TRUSTED = 1024;

  /** Largest magnitude of a float of a vector event: its square and the sums stay finite. */
  public static final float MOST = 1e6f;

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

  /** A lag that holds the time only. */
  public static EncodedEvent ofTime(long timestamp) {
    return new EncodedEvent(timestamp, true, NO_IDS, NO_FLOATS, -1, NO_FLOATS, null);
  }

  /**
   * An event that is a vector. Its lag is its time alone.
   *
   * @throws MalformedEventException if the vector or an observed event's target is missing, of
   *     another size, not finite or beyond {@link #MOST}
   */
  static EncodedEvent ofVector(RawEvent event, int inputDim, int targetDim)
      throws MalformedEventException {
    float[] input = checked("vector", event.vector(), inputDim);
    float[] target = NO_FLOATS;
    if (targetDim > 0 && event.observes()) {
      Object value = event.targetValue();
      if (value != null && !(value instanceof float[])) {
        throw new MalformedEventException("the target is no vector");
      }
      target = checked("target", (float[]) value, targetDim);
    }
    return new EncodedEvent(
        event.timestamp(), event.observes(), NO_IDS, NO_FLOATS, -1, target, input);
  }

  private static float[] checked(String what, float[] vector, int dim)
      throws MalformedEventException {
    if (vector == null) {
      throw new MalformedEventException("the " + what + " is missing");
    }
    if (vector.length != dim) {
      throw new MalformedEventException(
          String.format(
              Locale.ROOT, "the %s has %d floats, must have %d", what, vector.length, dim));
    }
    float[] copy = vector.clone();
    // A loop without an exit is vectorised. The maximum with NaN is NaN.
    float most = 0;
    for (int i = 0; i < dim; i++) {
      most = Math.max(most, Math.abs(copy[i]));
    }
    if (!(most <= MOST)) {
      throw beyond(what, copy);
    }
    return copy;
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

  /** The event as its key keeps it: without the vector. */
  public EncodedEvent asLag() {
    return vector == null ? this : ofTime(timestamp);
  }

  /**
   * Writes the event as its key keeps it: without the vector. Where the key has running statistics,
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
