package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.ModelPass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Threads, each with a pass of its own while it works. Results must not depend on which thread
 * computes them, nor on the number of threads.
 */
final class Workers implements AutoCloseable {
  private final ExecutorService threads;
  private final Supplier<ModelPass> passes;
  private final ConcurrentLinkedQueue<ModelPass> idle = new ConcurrentLinkedQueue<>();

  /** One piece of work. */
  interface Task {
    void run(int index, ModelPass pass);
  }

  Workers(int count, Supplier<ModelPass> passes) {
    this.passes = passes;
    this.threads =
        Executors.newFixedThreadPool(
            count,
            work -> {
              Thread thread = new Thread(work, "fastweights-train");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs a task for 0 ... count - 1 and waits for all. */
  void run(int count, Task task) {
    each(count, index -> work(index, task));
  }

  /** The same for what brings passes of its own. */
  void each(int count, IntConsumer task) {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = i;
      running.add(threads.submit(() -> task.accept(index)));
    }
    try {
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("training failed", e.getCause());
    }
  }

  private void work(int index, Task task) {
    ModelPass pass = idle.poll();
    if (pass == null) {
      pass = passes.get();
    }
    task.run(index, pass);
    idle.add(pass);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
