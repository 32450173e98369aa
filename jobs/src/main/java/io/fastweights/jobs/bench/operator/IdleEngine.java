package io.fastweights.jobs.bench.operator;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;

/** An engine that computes nothing: what remains is the operator's own cost. All answers are 0. */
record IdleEngine(Model model, int slots) implements Engine, MemoryPool {
  @Override
  public String name() {
    return "idle";
  }

  @Override
  public MemoryPool pool() {
    return this;
  }

  @Override
  public MemoryShape shape() {
    return model.memory();
  }

  @Override
  public void step(EventBatch batch) {}

  @Override
  public void replay(int slot, LoggedEvents events) {}

  @Override
  public void read(int slot, float[] into, int offset) {}

  @Override
  public void write(int slot, float[] from, int offset) {}

  @Override
  public void close() {}
}
