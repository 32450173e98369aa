package io.fastweights.operator.cache;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.state.LogChunk;
import io.fastweights.state.StoredMemory;
import java.util.List;
import org.apache.flink.annotation.Internal;

/**
 * Content of the log per event: keys with deltas; or keys with values, if {@link Model#betas} allow
 * it and it takes fewer bytes, or if deltas would not give the memory back.
 */
@Internal
public final class LogFormat {
  private final LogShape shape;
  private final boolean constantBetas;
  private final float[] betas;

  public LogFormat(Model model) {
    shape = LogShape.of(model);
    constantBetas = model.betas() != null;
    boolean fewer = shape.columns() + shape.heads() < shape.deltas();
    betas = fewer || !model.replaysDeltas() ? model.betas() : null;
  }

  /**
   * True if an engine can replay a stored log: all chunks have this storage format, and all hold
   * deltas, or all hold values and the model's betas are constant. In bf16 their events must be
   * numbered: chunks that were rounded to the nearest are replayed in plain loops.
   */
  boolean engineReplays(StoredMemory stored, Storage storage) {
    List<LogChunk> log = stored.log();
    boolean values = !log.isEmpty() && log.get(0).events().ofValues();
    return (!values || constantBetas)
        && log.stream()
            .allMatch(chunk -> chunk.storage() == storage && chunk.events().ofValues() == values)
        && (storage == Storage.FP32 || log.stream().allMatch(chunk -> chunk.events().numbered()));
  }

  /** True if the log holds values; deltas are recomputed on replay. */
  public boolean ofValues() {
    return betas != null;
  }

  /** Floats of an event's keys. */
  int keys() {
    return shape.keys();
  }

  /** Floats of an event's deltas, or of its value. */
  int learned() {
    return ofValues() ? shape.columns() : shape.deltas();
  }

  /** Floats of an event. */
  int floats() {
    return keys() + learned();
  }

  /** Copies the log entry of the event in a row of a completed batch. */
  void copy(EventBatch batch, int row, float[] keys, int keyAt, float[] learned, int learnedAt) {
    if (ofValues()) {
      System.arraycopy(batch.inputs(), row * keys(), keys, keyAt, keys());
      System.arraycopy(batch.targets(), row * learned(), learned, learnedAt, learned());
    } else {
      batch.copyKeys(row, keys, keyAt);
      batch.copyDeltas(row, learned, learnedAt);
    }
  }

  /** Events of this format. */
  LoggedEvents events(int events, float[] keys, float[] learned, float[] fades) {
    return ofValues()
        ? LoggedEvents.ofValues(events, keys, learned, betas, fades)
        : LoggedEvents.ofDeltas(events, keys, learned, fades);
  }
}
