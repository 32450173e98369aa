package io.fastweights.jobs.retrain;

import io.fastweights.operator.api.ModelUpdate;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a topic of updates says about the weights of a job.
 *
 * @param updates by their version, without those that the job refused
 * @param highest version in the topic, refused ones included; 0 for none
 * @param key of the last message; null for none
 * @param judged positions in the topic of events up to which the newest update was trained and
 *     judged, partition by partition; empty if it does not say
 */
record Served(
    TreeMap<Long, ModelUpdate> updates, long highest, byte[] key, Map<Integer, Long> judged) {

  /** The update that serves; null while the job's own weights do. */
  ModelUpdate newest() {
    return updates.isEmpty() ? null : updates.lastEntry().getValue();
  }

  /** The version that serves; 0 for the job's own weights. */
  long version() {
    return updates.isEmpty() ? 0 : updates.lastKey();
  }
}
