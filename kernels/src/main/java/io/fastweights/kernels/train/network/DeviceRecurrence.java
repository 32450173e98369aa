package io.fastweights.kernels.train.network;

import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.List;

/**
 * The recurrence over whole sequences and back on a device, for many heads at once: what {@link
 * Recurrence} does for one head of one sequence. Not thread-safe.
 */
public interface DeviceRecurrence extends AutoCloseable {

  /**
   * One head of one sequence.
   *
   * @param values features, values and betas; its read-outs are written, not scaled
   * @param length events
   * @param asks true for asks, or null for none
   */
  record Head(HeadSequence values, int length, boolean[] asks) {}

  /** Takes a device. Found by its name, so that nothing else links to the device's library. */
  interface Factory {

    /**
     * @param rows E, the features of phi
     * @param columns M, the dimension of a value
     * @throws EngineException if there is no device, or it cannot hold a head
     */
    DeviceRecurrence create(UpdateRule rule, int rows, int columns);
  }

  /** Name of the device, for logs. */
  String name();

  /**
   * Runs sequences and keeps what {@link #backward} needs.
   *
   * @param memories float[rows][columns] of each head, rewritten
   * @throws EngineException if the device fails
   */
  void forward(List<Head> heads, List<float[]> memories);

  /**
   * Adds the gradients of the sequences that {@link #forward} ran last; once for each forward pass.
   *
   * @param gradients of each head: holds those of the read-outs; those of features, values, betas
   *     and forget gates are added
   * @param gradMemories of each head, the gradient of the memory after the sequence; becomes that
   *     of the memory before
   * @throws EngineException if the device fails
   */
  void backward(List<HeadSequence> gradients, List<float[]> gradMemories);

  @Override
  void close();
}
