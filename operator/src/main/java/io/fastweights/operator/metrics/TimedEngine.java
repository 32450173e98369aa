package io.fastweights.operator.metrics;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import java.util.List;
import org.apache.flink.metrics.Histogram;

/**
 * An engine with the time that the task spends in it for a batch: in {@code step}, or in {@code
 * submit} and in waiting for {@code complete}. The time between the two is not counted.
 */
final class TimedEngine implements Engine {
  private final Engine engine;
  private final Histogram micros;
  private final long[] submitNanos;
  private int oldest;
  private int inFlight;

  TimedEngine(Engine engine, Histogram micros) {
    this.engine = engine;
    this.micros = micros;
    this.submitNanos = new long[Math.max(1, engine.mostInFlight())];
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Model model() {
    return engine.model();
  }

  @Override
  public MemoryPool pool() {
    return engine.pool();
  }

  @Override
  public void step(EventBatch batch) {
    long begin = System.nanoTime();
    engine.step(batch);
    micros.update((System.nanoTime() - begin) / 1000);
  }

  @Override
  public void replay(int slot, LoggedEvents events) {
    engine.replay(slot, events);
  }

  @Override
  public void restore(List<SavedMemory> memories) {
    engine.restore(memories);
  }

  @Override
  public int mostInFlight() {
    return engine.mostInFlight();
  }

  @Override
  public void submit(EventBatch batch, Runnable stepped) {
    long begin = System.nanoTime();
    engine.submit(batch, stepped);
    submitNanos[(oldest + inFlight) % submitNanos.length] = System.nanoTime() - begin;
    inFlight++;
  }

  /** Batches complete in the order of their submission. */
  @Override
  public void complete(EventBatch batch) {
    long begin = System.nanoTime();
    engine.complete(batch);
    micros.update((submitNanos[oldest] + System.nanoTime() - begin) / 1000);
    oldest = (oldest + 1) % submitNanos.length;
    inFlight--;
  }

  @Override
  public void close() {
    engine.close();
  }
}
