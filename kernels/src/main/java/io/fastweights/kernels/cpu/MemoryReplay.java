package io.fastweights.kernels.cpu;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.math.Preconditioner;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.numeric.StochasticRounding;

/** Rewrites memories of a pool by logged events. */
final class MemoryReplay {
  private final Model model;
  private final MemoryShape shape;
  private final LogShape log;
  private final HeapPool pool;
  private final CpuKernels kernels;
  private final MemoryLayer relearned;

  /** Room for a memory of a pool in bf16. */
  private float[] wide = {};

  MemoryReplay(Model model, HeapPool pool, CpuKernels kernels) {
    this.model = model;
    this.shape = model.memory();
    this.log = LogShape.of(model);
    this.pool = pool;
    this.kernels = kernels;
    this.relearned = new MemoryLayer(model);
    relearned.alwaysWrite = true;
    // The results are discarded.
    relearned.deltas = new float[log.deltas()];
    relearned.deltaStride = 0;
    relearned.recallErrors = new float[0];
  }

  /** As {@link io.fastweights.kernels.engine.Engine#replay}. */
  void into(int slot, LoggedEvents events) {
    if (pool.half()) {
      events.requireNumbers();
    }
    Preconditioner.requireValues(model.updateRule(), events);
    if (events.ofValues()) {
      relearn(slot, events);
    } else if (pool.half()) {
      wide = wide.length > 0 ? wide : new float[shape.floats() + HeapPool.MARGIN];
      pool.read(slot, wide, 0);
      rewrite(wide, 0, events);
      pool.write(slot, wide, 0);
    } else {
      rewrite(pool.floats(slot), pool.at(slot), events);
    }
  }

  /** Replays a log of values by steps of its events. */
  private void relearn(int slot, LoggedEvents events) {
    if (model.betas() == null) {
      throw new IllegalArgumentException("a log of values is of a model with constant betas");
    }
    int n = events.events();
    if (relearned.recallErrors.length < n) {
      relearned.recallErrors = new float[n];
    }
    relearned.fades = events.fades();
    relearned.seeds = pool.half() ? seeds(events) : null;
    relearned.oneValue(events.keys(), events.values(), events.betas());
    pool.step(kernels, relearned, slot, 0, 0, n);
  }

  private int[] seeds(LoggedEvents events) {
    int[] seeds = new int[events.events()];
    for (int e = 0; e < seeds.length; e++) {
      seeds[e] = StochasticRounding.event(events.number(e));
    }
    return seeds;
  }

  /** Replays a log of deltas; each event is rounded to the pool's storage. */
  private void rewrite(float[] w, int from, LoggedEvents events) {
    int rows = shape.floats() / shape.columns();
    for (int e = 0; e < events.events(); e++) {
      int seed = StochasticRounding.event(events.number(e));
      if (events.fade(e) != 1) {
        DeltaRule.scale(w, from, shape.floats(), events.fade(e));
        round(w, from, rows, seed, StochasticRounding.FADE);
      }
      for (int u = 0; u < log.updates(); u++) {
        for (int h = 0; h < log.heads(); h++) {
          int head = u * log.heads() + h;
          int key = e * log.keys() + head * log.keyDim();
          int delta = e * log.deltas() + head * log.columns();
          int at = from + shape.offset(u % shape.layers(), h);
          if (model.forgets()) {
            forget(w, at, (int) events.deltas()[delta + shape.columns()], seed);
          }
          kernels.rewrite(model, events.keys(), key, events.deltas(), delta, w, at);
          round(w, at, shape.rows(), seed, StochasticRounding.update(u));
        }
      }
    }
  }

  private void forget(float[] w, int at, int steps, int seed) {
    int floats = model.features() * shape.columns();
    int counter = ForgetGate.counter(w, at + floats) + steps;
    float wrap = ForgetGate.wrap(counter);
    if (wrap != 1) {
      DeltaRule.scale(w, at, floats, wrap);
      round(w, at, model.features(), seed, StochasticRounding.FADE);
    }
    ForgetGate.store(w, at + floats, counter % ForgetGate.SPAN);
  }

  /** Rows of a memory that begins at w[0], if the pool is in bf16. */
  private void round(float[] w, int at, int rows, int seed, int pass) {
    if (pool.half()) {
      int passSeed = StochasticRounding.pass(seed, pass);
      StochasticRounding.round(w, at, rows, shape.columns(), at, passSeed);
    }
  }
}
