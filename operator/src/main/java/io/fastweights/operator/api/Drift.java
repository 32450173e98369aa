package io.fastweights.operator.api;

import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A change for the worse in the stream of a subtask: the mean of a signal is higher than before. A
 * lower one is no drift, as a memory that learns lowers both signals; it is counted as an
 * improvement.
 *
 * @param timestamp time of the event at which it was detected, in milliseconds since 1970-01-01 UTC
 * @param signal the signal that changed
 * @param before mean before the change
 * @param after mean since the change
 * @param events approximate number of events of the subtask since the change
 * @param subtask index of the subtask
 */
@PublicEvolving
public record Drift(
    long timestamp, Signal signal, double before, double after, long events, int subtask) {

  /** The watched signals; each in [0, 1]. */
  public enum Signal {
    /**
     * Prediction error: the Brier score of probabilities; e / (1 + e) for a number that is e
     * standard deviations off.
     */
    LOSS,
    /** Recall error, scaled: r / (1 + r) for a recall error of r. */
    RECALL_ERROR
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Drift[%s at %d from %s to %s over %d events of subtask %d]",
        signal,
        timestamp,
        before,
        after,
        events,
        subtask);
  }

  /** Type information; no generic types. */
  public static TypeInformation<Drift> type() {
    return Types.POJO(Drift.class);
  }
}
