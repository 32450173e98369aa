package io.fastweights.jobs.retrain;

import io.fastweights.operator.api.ModelUpdate;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * What a topic of updates says about the weights of a job.
 *
 * @param updates by their version, without those that the job refused
 * @param highest version in the topic, refused ones and those of the shadow included; 0 for none
 * @param key of the last message that was not for the shadow; null for none
 * @param judged positions in the topic of events up to which the newest weights were trained and
 *     judged; none if it does not say
 * @param trial of a candidate that is in the job's shadow; null for none
 */
record Served(
    TreeMap<Long, ModelUpdate> updates, long highest, byte[] key, Positions judged, Trial trial) {

  /**
   * A candidate in the shadow, which nothing has replaced.
   *
   * @param from positions in the topic of comparisons before which there are none of it
   * @param refused true if the job has refused it
   */
  record Trial(ModelUpdate candidate, Positions from, boolean refused) {}

  /** The update that serves; null while the job's own weights do. */
  ModelUpdate newest() {
    return updates.isEmpty() ? null : updates.lastEntry().getValue();
  }

  /** The version that serves; 0 for the job's own weights. */
  long version() {
    return updates.isEmpty() ? 0 : updates.lastKey();
  }

  /** The next free version. */
  long next() {
    return Math.max(highest, version()) + 1;
  }

  /**
   * The weights of a version under the next free one.
   *
   * @param own weights of the job, which are version 0; null for none
   * @return null if the topic has no such version
   */
  ModelUpdate again(long version, Path own) {
    if (version == 0 && own != null) {
      return ModelUpdate.of(own.toAbsolutePath().toUri().toString(), next());
    }
    ModelUpdate old = updates.get(version);
    return old == null ? null : ModelUpdate.of(old.path(), next()).withSha256(old.sha256());
  }
}
