package io.fastweights.operator.api;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** A subtask's stream has changed: a signal has another mean than before. */
public final class Drift {

  /** What is watched; each in [0, 1]. */
  public enum Signal {
    /**
     * How wrong predictions are: the Brier score of probabilities; e / (1 + e) for a number that is
     * e deviations off.
     */
    LOSS,
    /** How surprising events are: r / (1 + r) for a recall error of r. */
    RECALL_ERROR
  }

  private long timestamp;
  private Signal signal;
  private double before;
  private double after;
  private long events;
  private int subtask;

  /** For Flink's serializer. */
  public Drift() {}

  public Drift(
      long timestamp, Signal signal, double before, double after, long events, int subtask) {
    this.timestamp = timestamp;
    this.signal = signal;
    this.before = before;
    this.after = after;
    this.events = events;
    this.subtask = subtask;
  }

  /** Time of the event at which it was noticed, in milliseconds since 1970-01-01 UTC. */
  public long timestamp() {
    return timestamp;
  }

  public Signal signal() {
    return signal;
  }

  /** Mean before the change. */
  public double before() {
    return before;
  }

  /** Mean since. */
  public double after() {
    return after;
  }

  /** Events of the subtask since the change, about. */
  public long events() {
    return events;
  }

  /** Index of the subtask whose keys it is about. */
  public int subtask() {
    return subtask;
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
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("timestamp", Types.LONG);
    fields.put("signal", Types.ENUM(Signal.class));
    fields.put("before", Types.DOUBLE);
    fields.put("after", Types.DOUBLE);
    fields.put("events", Types.LONG);
    fields.put("subtask", Types.INT);
    return Erased.pojo(Drift.class, fields);
  }
}
