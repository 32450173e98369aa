package io.fastweights.state;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.schema.EncodedEvent;
import java.util.List;
import org.apache.flink.annotation.Internal;

/**
 * A key's memory in state: {@code base} rewritten by the chunks of {@code log}, in order.
 *
 * @param base null for a young key: its memory starts from zero
 * @param log not empty where there is no base
 */
@Internal
public record StoredMemory(KeyMemory base, List<LogChunk> log) {

  /** The key's last observed event. */
  public EncodedEvent lag() {
    return log.isEmpty() ? base.lag() : log.get(log.size() - 1).lag();
  }

  /** Observed events of the key. */
  public long events() {
    return log.isEmpty() ? base.events() : log.get(log.size() - 1).total();
  }

  /** Storage of the memory when it last learned. */
  public Storage storage() {
    return log.isEmpty() ? base.storage() : log.get(log.size() - 1).storage();
  }

  /**
   * Replays the log chunk by chunk, each as the memory learned it, in plain loops. If a job changed
   * its storage, only this gives the bits of its memory: the memory was rounded at the change, and
   * earlier events were not. So it is for chunks in bf16 that were rounded to the nearest.
   *
   * @param floats of a memory
   * @return W of every layer and head, row-major, in an array of its own
   */
  public float[] replay(LogReplay replay, int floats) {
    float[] weights = base == null ? new float[floats] : base.weights();
    for (LogChunk chunk : log) {
      if (chunk.storage() == Storage.BF16) {
        BrainFloat.round(weights, 0, weights.length);
      }
      replay.rewrite(chunk.storage(), weights, chunk.events());
    }
    return weights;
  }

  /** Events in the log. */
  public int logged() {
    int events = 0;
    for (LogChunk chunk : log) {
      events += chunk.events().events();
    }
    return events;
  }
}
