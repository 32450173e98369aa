package io.fastweights.state.savepoint;

import org.apache.flink.annotation.Internal;

/**
 * Figures of one key's memory.
 *
 * @param key the key as text
 * @param events observed events
 * @param lastEvent time of the last of them, in milliseconds since 1970-01-01 UTC
 * @param norm Frobenius norm of W over all layers and heads; NaN or infinite where a weight is
 * @param logged events in its log; the others are in its base
 * @param baseBytes size of its base in state; 0 for a young key, which has none
 * @param logBytes size of its log in state
 */
@Internal
public record KeyFigures(
    String key,
    long events,
    long lastEvent,
    double norm,
    int logged,
    long baseBytes,
    long logBytes) {

  /** True if every weight of W is finite; otherwise the memory answers with NaN. */
  public boolean isFinite() {
    return Double.isFinite(norm);
  }
}
