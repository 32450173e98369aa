package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Steps submitted batches of an engine in a separate thread, in order, while the caller loads,
 * fills and answers others. The bits are the engine's.
 *
 * <p>The thread begins with the first submission: a caller that only {@linkplain #step steps} has
 * none. From then on memories to be restored go to the thread with the batch that follows them.
 *
 * <p>To be called by one thread, as any engine.
 */
public final class ThreadedEngine implements Engine {
  /** The batch that is stepped, and one behind it. */
  private static final int FLIGHTS = 2;

  /** Longest wait for the current step at close. */
  private static final int CLOSE_SECONDS = 10;

  private final Engine engine;
  private final MemoryPool pool;
  private final Deque<Submitted> inFlight = new ArrayDeque<>();
  private List<SavedMemory> restored = new ArrayList<>();
  private ExecutorService thread;

  /** A batch behind memories that it may need. */
  private final class Submitted extends FutureTask<Void> {
    private final EventBatch batch;
    private final Runnable stepped;
    private Throwable failure;

    Submitted(List<SavedMemory> before, EventBatch batch, Runnable stepped) {
      super(
          () -> {
            engine.restore(before);
            engine.step(batch);
          },
          null);
      this.batch = batch;
      this.stepped = stepped;
    }

    @Override
    protected void done() {
      stepped.run();
    }
  }

  /**
   * @param engine steps in the thread that calls it, and touches nothing but its own memory;
   *     belongs to this one from now on
   */
  public ThreadedEngine(Engine engine) {
    this.engine = engine;
    this.pool = new SettledPool(engine.pool());
  }

  @Override
  public String name() {
    return engine.name() + ", in a thread of its own";
  }

  @Override
  public Model model() {
    return engine.model();
  }

  @Override
  public MemoryPool pool() {
    return pool;
  }

  @Override
  public int mostInFlight() {
    return FLIGHTS;
  }

  @Override
  public void submit(EventBatch batch, Runnable stepped) {
    if (inFlight.size() == FLIGHTS) {
      throw new IllegalStateException(FLIGHTS + " batches are in flight: complete one first");
    }
    if (thread == null) {
      String name = Thread.currentThread().getName() + ", engine";
      thread =
          Executors.newSingleThreadExecutor(
              work -> {
                Thread created = new Thread(work, name);
                created.setDaemon(true);
                return created;
              });
    }
    Submitted submitted = new Submitted(restored, batch, stepped);
    restored = new ArrayList<>();
    inFlight.add(submitted);
    thread.execute(submitted);
  }

  @Override
  public void complete(EventBatch batch) {
    Submitted oldest = inFlight.peek();
    if (oldest == null || oldest.batch != batch) {
      throw new IllegalStateException("the batch is not the oldest one in flight");
    }
    waitFor(oldest);
    inFlight.remove();
    if (oldest.failure instanceof RuntimeException failure) {
      throw failure;
    }
    if (oldest.failure instanceof Error failure) {
      throw failure;
    }
  }

  private static void waitFor(Submitted submitted) {
    try {
      submitted.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("interrupted while a batch is stepped", e);
    } catch (ExecutionException e) {
      submitted.failure = e.getCause();
    }
  }

  @Override
  public void step(EventBatch batch) {
    settle();
    engine.step(batch);
  }

  @Override
  public void replay(int slot, LoggedEvents events) {
    settle();
    engine.replay(slot, events);
  }

  @Override
  public void restore(List<SavedMemory> memories) {
    if (thread == null) {
      engine.restore(memories);
      return;
    }
    if (!restored.isEmpty()) {
      // The caller sends as many as may lie on the heap at once.
      settle();
    }
    restored.addAll(memories);
  }

  /** Waits until the thread is idle, and restores memories that wait for a batch. */
  private void settle() {
    inFlight.forEach(ThreadedEngine::waitFor);
    if (!restored.isEmpty()) {
      engine.restore(restored);
      restored.clear();
    }
  }

  /** Ends the thread after the batch that it steps. */
  @Override
  public void close() {
    inFlight.clear();
    if (thread != null) {
      thread.shutdownNow();
      try {
        thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    engine.close();
  }

  /** Memories that batches in flight may not have; those that wait are restored first. */
  private final class SettledPool implements MemoryPool {
    private final MemoryPool memories;

    SettledPool(MemoryPool memories) {
      this.memories = memories;
    }

    private MemoryPool settled() {
      if (!restored.isEmpty()) {
        settle();
      }
      return memories;
    }

    @Override
    public int slots() {
      return memories.slots();
    }

    @Override
    public MemoryShape shape() {
      return memories.shape();
    }

    @Override
    public boolean onHeap() {
      return memories.onHeap();
    }

    @Override
    public void read(int slot, float[] into, int offset) {
      settled().read(slot, into, offset);
    }

    @Override
    public void zero(int slot) {
      settled().zero(slot);
    }

    @Override
    public void write(int slot, float[] from, int offset) {
      settled().write(slot, from, offset);
    }
  }
}
