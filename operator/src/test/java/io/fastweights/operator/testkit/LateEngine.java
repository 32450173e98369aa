package io.fastweights.operator.testkit;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A device that executes as late as possible: a batch is stepped when it is completed. Until then
 * its results are NaN, and to touch it or a memory that it will rewrite is an error.
 */
public final class LateEngine implements Engine {
  private final Engine engine;
  private final int most;
  private final Deque<Submitted> inFlight = new ArrayDeque<>();
  private int mostSeen;

  private record Submitted(EventBatch batch, float[] inputs) {}

  /**
   * @param engine steps at last
   * @param most batches in flight
   */
  public LateEngine(Engine engine, int most) {
    this.engine = engine;
    this.most = most;
  }

  /** Most batches that were in flight at once. */
  public int mostSeen() {
    return mostSeen;
  }

  @Override
  public int mostInFlight() {
    return most;
  }

  @Override
  public void submit(EventBatch batch, Runnable stepped) {
    if (inFlight.size() == most) {
      throw new IllegalStateException(most + " batches are in flight");
    }
    batch.poisonResults();
    inFlight.add(new Submitted(batch, batch.inputs().clone()));
    mostSeen = Math.max(mostSeen, inFlight.size());
  }

  @Override
  public void complete(EventBatch batch) {
    Submitted oldest = inFlight.remove();
    if (oldest.batch() != batch) {
      throw new AssertionError("completed out of order");
    }
    if (!Arrays.equals(oldest.inputs(), batch.inputs())) {
      throw new AssertionError("a batch in flight was touched");
    }
    engine.step(batch);
  }

  @Override
  public void step(EventBatch batch) {
    submit(batch);
    complete(batch);
  }

  @Override
  public void replay(int slot, LoggedEvents events) {
    check(slot);
    engine.replay(slot, events);
  }

  private void check(int slot) {
    for (Submitted submitted : inFlight) {
      for (int s = 0; s < submitted.batch().segments(); s++) {
        if (submitted.batch().slot(s) == slot) {
          throw new AssertionError("slot " + slot + " is in use by a batch in flight");
        }
      }
    }
  }

  @Override
  public MemoryPool pool() {
    MemoryPool pool = engine.pool();
    return new MemoryPool() {
      @Override
      public int slots() {
        return pool.slots();
      }

      @Override
      public MemoryShape shape() {
        return pool.shape();
      }

      @Override
      public void read(int slot, float[] into, int offset) {
        check(slot);
        pool.read(slot, into, offset);
      }

      @Override
      public void write(int slot, float[] from, int offset) {
        check(slot);
        pool.write(slot, from, offset);
      }
    };
  }

  @Override
  public String name() {
    return "late " + engine.name();
  }

  @Override
  public Model model() {
    return engine.model();
  }

  @Override
  public void close() {
    engine.close();
  }
}
