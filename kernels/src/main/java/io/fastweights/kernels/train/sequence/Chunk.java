package io.fastweights.kernels.train.sequence;

import java.util.Arrays;

/**
 * Some events in a row of a sequence: what one truncated back-propagation runs through.
 *
 * @param from its first event in the sequence
 * @param length its events
 * @param asks true for asks, from the chunk's first event on
 */
public record Chunk(EventSequence sequence, int from, int length, boolean[] asks) {

  public static Chunk of(EventSequence sequence, int from, int most) {
    int length = Math.min(most, sequence.length() - from);
    return new Chunk(
        sequence, from, length, Arrays.copyOfRange(sequence.asks(), from, from + length));
  }

  public boolean hasMask() {
    return sequence.masked() != null;
  }

  public boolean masked(int t) {
    return sequence.isMasked(from + t);
  }

  /** The label of an event; NaN where it does not count. */
  public float label(int t) {
    return masked(t) ? Float.NaN : sequence.labels()[from + t];
  }

  public int counted() {
    return sequence.counted(from, from + length);
  }
}
