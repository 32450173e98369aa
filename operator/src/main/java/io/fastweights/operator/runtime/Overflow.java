package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.DeltaRule;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;

/**
 * Finds events whose arithmetic left the range of floats, and warns of their keys. The engine keeps
 * every memory finite: it skips the columns of an update beyond {@link DeltaRule#LARGEST_DELTA}.
 * That depends on the key's events alone, and not on batches.
 */
final class Overflow {
  private static final String UPDATE =
      String.format(
              Locale.ROOT,
              "its update of the key's memory is not within %.0e, and was not learned where it is not: the",
              DeltaRule.LARGEST_DELTA)
          + " memory or the model's values grow without bound";
  private static final String PREDICTION =
      "its prediction is not finite: the model's weights or inputs are too large";

  /** Keys that are named in the log; further ones are only counted. */
  private static final int MOST_NAMED = 1000;

  private static final long NANOS_BETWEEN = 1_000_000_000L;

  private final Set<Object> named = new HashSet<>();
  private long silentUntil = System.nanoTime();

  /**
   * The reason why an event of a completed batch has no valid result.
   *
   * @param outputDim floats of an output
   * @return null if the result is valid
   */
  static String reason(EventBatch batch, int row, int outputDim) {
    if (batch.observes(row) && Float.isNaN(batch.recallErrors()[row])) {
      return UPDATE;
    }
    float[] outputs = batch.outputs();
    for (int i = row * outputDim; i < (row + 1) * outputDim; i++) {
      if (!Float.isFinite(outputs[i])) {
        return PREDICTION;
      }
    }
    return null;
  }

  /** Logs a warning, once for each key and at most one a second. */
  void warn(Logger log, Object key, String reason) {
    long now = System.nanoTime();
    if (now - silentUntil >= 0 && named.size() < MOST_NAMED && named.add(key)) {
      silentUntil = now + NANOS_BETWEEN;
      log.warn(
          "an event of key {} goes to malformed(): {}. 'fastweights inspect' finds such keys in a"
              + " savepoint, 'fastweights rewrite --reset' empties their memories",
          String.valueOf(key).replace('\n', '?').replace('\r', '?'),
          reason);
    }
  }
}
