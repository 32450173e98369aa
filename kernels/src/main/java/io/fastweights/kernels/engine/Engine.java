package io.fastweights.kernels.engine;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import java.util.List;

/**
 * Steps memories through batches of events. One engine runs one {@link Model}; {@link
 * EngineProvider} chooses which.
 *
 * <p>The result of an event does not depend on the batch it stands in: neither on its row nor on
 * the rows beside it nor on where segments were cut. On one engine the bits are the same.
 *
 * <p>Not thread-safe: one thread calls an engine and its pool, and leaves the slots of batches in
 * flight alone.
 */
public interface Engine extends AutoCloseable {

  /** Name for logs and metrics: "cpu scalar", "cpu vector 256 bit", "cuda NVIDIA H100". */
  String name();

  Model model();

  /** The memories, one key's in each slot. */
  MemoryPool pool();

  /**
   * Predicts every event of the batch and lets the observed ones rewrite their memories, in order
   * inside a segment. Fills the batch's outputs, hidden vectors and recall errors, and its keys and
   * deltas, as far as they are {@linkplain EventBatch#want wanted}.
   *
   * @throws IllegalArgumentException if a slot is out of the pool's range
   * @throws EngineException if the device fails; the memories of the batch are then undefined
   */
  void step(EventBatch batch);

  /**
   * Rewrites the memory in a slot by logged events, in order. Gives the bits that the memory had
   * after those events.
   *
   * @param slot holds the memory before the first of them
   * @throws IllegalArgumentException if the events are a log of values and the model's {@link
   *     Model#betas} are no constants
   */
  void replay(int slot, LoggedEvents events);

  /**
   * Puts memories into their slots, together: each its base, rewritten by its log as {@link
   * #replay} does. No slot may occur twice; a memory's log must be of deltas or of values as a
   * whole.
   *
   * @throws IllegalArgumentException if a slot is out of the pool's range
   * @throws EngineException if the device fails; the memories are then undefined
   */
  default void restore(List<SavedMemory> memories) {
    for (SavedMemory memory : memories) {
      if (memory.base() == null) {
        pool().zero(memory.slot());
      } else {
        pool().write(memory.slot(), memory.base(), 0);
      }
      for (LoggedEvents some : memory.log()) {
        replay(memory.slot(), some);
      }
    }
  }

  /** Batches that may be submitted and not completed. */
  default int mostInFlight() {
    return 1;
  }

  /**
   * Begins to step a batch; the caller must not touch it until {@link #complete}. Batches are
   * stepped in the order of submission.
   *
   * @throws IllegalArgumentException if a slot is out of the pool's range
   * @throws IllegalStateException if {@link #mostInFlight} batches are under way
   * @throws EngineException if the device fails; the memories of the batch are then undefined
   */
  default void submit(EventBatch batch) {
    submit(batch, () -> {});
  }

  /**
   * As {@link #submit(EventBatch)}.
   *
   * @param stepped runs in any thread once the batch can be completed without waiting, if the
   *     engine detects that by itself; otherwise never
   */
  default void submit(EventBatch batch, Runnable stepped) {
    step(batch);
  }

  /**
   * Waits for a submitted batch; its results are then available. Its keys and deltas may be lent
   * (see {@link EventBatch#lend}): read them before submitting further batches.
   *
   * @throws IllegalStateException if the batch was not submitted
   * @throws EngineException if the device fails; the memories of the batch are then undefined
   */
  default void complete(EventBatch batch) {}

  /** Frees the engine's resources; a second call does nothing. */
  @Override
  void close();
}
