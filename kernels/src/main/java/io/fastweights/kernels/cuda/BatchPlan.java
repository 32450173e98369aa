package io.fastweights.kernels.cuda;

import io.fastweights.kernels.engine.EventBatch;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * The order in which a batch's events run. Usually one pass: every segment through a layer before
 * the next layer.
 *
 * <p>Where layers share one memory an event must pass all layers before the next of its key. Then
 * there is a pass for the first event of every segment, one for the second, and so on, each with
 * its rows beside each other. An asked event runs on a copy of its key's memory in a scratch slot,
 * and fresh memories are zeroed beforehand.
 */
final class BatchPlan {
  /** Ints of a segment in the table: slot, first row, end row, 1 if fresh. */
  static final int SEGMENT = 4;

  private final boolean shared;
  private final int slots;
  private final int scratchSlots;

  private int[] table = {};
  private int[] rows = {};
  private int[] copiedFrom = {};
  private int[] passSegments = {};
  private int[] passRows = {};
  private int passes;
  private int segments;
  private int positions;

  /**
   * @param shared true if layers share one memory
   * @param slots slots of the pool; scratch slots follow them
   * @param scratchSlots most asked events of a pass
   */
  BatchPlan(boolean shared, int slots, int scratchSlots) {
    this.shared = shared;
    this.slots = slots;
    this.scratchSlots = scratchSlots;
  }

  /**
   * Plans a batch.
   *
   * @throws IllegalArgumentException if a slot is out of the pool's range
   */
  void plan(EventBatch batch) {
    for (int s = 0; s < batch.segments(); s++) {
      if (batch.slot(s) < 0 || batch.slot(s) >= slots) {
        throw new IllegalArgumentException(
            "slot is " + batch.slot(s) + ", the pool has " + slots + " slots");
      }
    }
    passes = 0;
    segments = 0;
    positions = 0;
    reserve(shared ? batch.size() : batch.segments(), batch.size());
    if (shared) {
      planWaves(batch);
    } else {
      planOnePass(batch);
    }
    passSegments[passes] = segments;
    passRows[passes] = positions;
  }

  private void planOnePass(EventBatch batch) {
    beginPass();
    for (int s = 0; s < batch.segments(); s++) {
      add(batch.slot(s), batch.start(s), batch.end(s), batch.fresh(s), -1);
    }
    positions = batch.size();
    passes = 1;
  }

  private void planWaves(EventBatch batch) {
    for (int event = 0; positions < batch.size(); event++) {
      beginPass();
      int asks = 0;
      for (int s = 0; s < batch.segments(); s++) {
        int row = batch.start(s) + event;
        if (row >= batch.end(s)) {
          continue;
        }
        boolean ask = !batch.observes(row);
        if (ask && asks == scratchSlots) {
          passes++;
          beginPass();
          asks = 0;
        }
        rows[positions] = row;
        int slot = ask ? slots + asks++ : batch.slot(s);
        add(slot, positions, positions + 1, false, ask ? batch.slot(s) : -1);
        positions++;
      }
      passes++;
    }
  }

  private void beginPass() {
    passSegments[passes] = segments;
    passRows[passes] = positions;
  }

  private void add(int slot, int from, int to, boolean fresh, int copyOf) {
    int at = segments * SEGMENT;
    table[at] = slot;
    table[at + 1] = from;
    table[at + 2] = to;
    table[at + 3] = fresh ? 1 : 0;
    copiedFrom[segments] = copyOf;
    segments++;
  }

  private void reserve(int mostSegments, int mostRows) {
    if (copiedFrom.length < mostSegments) {
      table = new int[mostSegments * SEGMENT];
      copiedFrom = new int[mostSegments];
    }
    // Every pass has an event, and one more entry ends the last.
    int mostPasses = (shared ? mostRows : 1) + 1;
    if (passRows.length < mostPasses) {
      passSegments = new int[mostPasses];
      passRows = new int[mostPasses];
    }
    if (shared && rows.length < mostRows) {
      rows = Arrays.copyOf(rows, mostRows);
    }
  }

  int passes() {
    return passes;
  }

  /** Entries of the table. */
  int segments() {
    return segments;
  }

  /** Writes the table: int[segments][4]. */
  void write(IntBuffer into) {
    into.put(table, 0, segments * SEGMENT);
  }

  /** The batch's row at a position on the device. */
  int row(int position) {
    return shared ? rows[position] : position;
  }

  /** True if positions on the device are rows of the batch. */
  boolean inBatchOrder() {
    return !shared;
  }

  int firstSegment(int pass) {
    return passSegments[pass];
  }

  int endSegment(int pass) {
    return passSegments[pass + 1];
  }

  int firstRow(int pass) {
    return passRows[pass];
  }

  int endRow(int pass) {
    return passRows[pass + 1];
  }

  /** The slot whose memory a segment's scratch slot must hold at first, or -1. */
  int copyOf(int segment) {
    return copiedFrom[segment];
  }

  int slot(int segment) {
    return table[segment * SEGMENT];
  }
}
