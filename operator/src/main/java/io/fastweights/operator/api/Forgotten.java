package io.fastweights.operator.api;

import org.apache.flink.annotation.Internal;

/**
 * The mark of an event that emptied its key's memory, for the operators behind the memory, which
 * keep more of the key. It has the form of a prediction without values: both are one stream, so
 * that a key's predictions and marks stay in their order.
 */
@Internal
public final class Forgotten {
  private Forgotten() {}

  /** The mark of an event. */
  public static <T> Prediction<T> mark(T event) {
    return new Prediction<>(event, 0, false, null, Float.NaN);
  }

  /** True if it is a mark and no prediction. */
  public static boolean is(Prediction<?> prediction) {
    return prediction.values() == null;
  }
}
