package io.fastweights.kernels.train.sequence;

import java.util.Arrays;
import java.util.Locale;

/**
 * The events of one key in order, as the rows of the embedding tables that each sums up, with the
 * labels to be predicted.
 *
 * <p>Event t's input is the sum of {@code weights[i] * table[rows[i]]} for i from {@code starts[t]}
 * to {@code starts[t + 1]}; rows count through all embedding tensors in the order of the model.
 *
 * @param key whose events they are
 * @param starts float-row ranges, {@code length + 1} of them
 * @param rows rows of the embedding tables
 * @param weights their weights
 * @param labels a class's id, 0 or 1, or a standardised number; NaN where the event does not count
 * @param asks true for asks: events that are answered and not learned
 * @param masked true for padding, which neither writes nor counts; null for none
 * @param times in milliseconds
 */
public record EventSequence(
    String key,
    int[] starts,
    int[] rows,
    float[] weights,
    float[] labels,
    boolean[] asks,
    boolean[] masked,
    long[] times) {

  public EventSequence {
    if (starts.length != labels.length + 1
        || asks.length != labels.length
        || times.length != labels.length
        || (masked != null && masked.length != labels.length)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sequence %s: %d labels, %d starts, %d asks, %d times, %s masked",
              key,
              labels.length,
              starts.length,
              asks.length,
              times.length,
              masked == null ? "no" : masked.length));
    }
  }

  /**
   * A sequence of tokens, each predicting the label beside it.
   *
   * @param labels of the same length; -1 where it does not count
   */
  public static EventSequence ofTokens(String key, int[] tokens, int[] labels) {
    int n = tokens.length;
    int[] starts = new int[n + 1];
    float[] weights = new float[n];
    float[] counted = new float[n];
    for (int t = 0; t < n; t++) {
      starts[t + 1] = t + 1;
      weights[t] = 1;
      counted[t] = labels[t] < 0 ? Float.NaN : labels[t];
    }
    return new EventSequence(
        key, starts, tokens.clone(), weights, counted, new boolean[n], null, new long[n]);
  }

  /** Events. */
  public int length() {
    return labels.length;
  }

  /** Events whose prediction counts. */
  public int counted() {
    return counted(0, length());
  }

  int counted(int from, int to) {
    int n = 0;
    for (int t = from; t < to; t++) {
      if (!Float.isNaN(labels[t]) && !isMasked(t)) {
        n++;
      }
    }
    return n;
  }

  public boolean isMasked(int t) {
    return masked != null && masked[t];
  }

  /** A hash code of all that a model sees of the sequence, or learns from. */
  public int contents() {
    int contents = Arrays.hashCode(starts);
    contents = 31 * contents + Arrays.hashCode(rows);
    contents = 31 * contents + Arrays.hashCode(weights);
    contents = 31 * contents + Arrays.hashCode(labels);
    contents = 31 * contents + Arrays.hashCode(asks);
    return 31 * contents + Arrays.hashCode(masked);
  }

  /** The events before {@code end}. */
  public EventSequence prefix(int end) {
    return new EventSequence(
        key,
        Arrays.copyOf(starts, end + 1),
        Arrays.copyOf(rows, starts[end]),
        Arrays.copyOf(weights, starts[end]),
        Arrays.copyOf(labels, end),
        Arrays.copyOf(asks, end),
        masked == null ? null : Arrays.copyOf(masked, end),
        Arrays.copyOf(times, end));
  }

  /** The same events, of which those before {@code start} warm the memory and do not count. */
  public EventSequence countedFrom(int start) {
    float[] late = labels.clone();
    Arrays.fill(late, 0, start, Float.NaN);
    return new EventSequence(key, starts, rows, weights, late, asks, masked, times);
  }

  /** The first event at or after a time; {@link #length} where there is none. */
  public int firstAt(long time) {
    int t = 0;
    while (t < times.length && times[t] < time) {
      t++;
    }
    return t;
  }
}
