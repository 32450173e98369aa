package io.fastweights.kernels.math;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.Storage;

/**
 * Rewrites a memory by logged events, in plain loops and the order of the {@link DeltaRule}, and
 * without slow weights: the reference of every engine's replay. Schlag et al. 2021, section 4.2,
 * equations 23 and 24.
 *
 * <p>Not thread-safe.
 */
public final class LogReplay {
  private final MemoryShape shape;
  private final LogShape log;
  private final FeatureMap featureMap;
  private final int nu;
  private final Normalisation normalisation;
  private final UpdateRule rule;
  private final int features;
  private final float[] phi;

  /** The factor of deltas: phi, unless rows have step sizes of their own. */
  private final float[] kappa;

  private final float[] vOld;
  private final float[] delta;

  /** Of a model's memories. */
  public LogReplay(Model model) {
    this(
        model.memory(),
        LogShape.of(model),
        model.featureMap(),
        model.nu(),
        model.normalisation(),
        model.updateRule());
  }

  /**
   * @param nu capacity factor of DPFP
   */
  public LogReplay(
      MemoryShape shape,
      LogShape log,
      FeatureMap featureMap,
      int nu,
      Normalisation normalisation,
      UpdateRule rule) {
    this.shape = shape;
    this.log = log;
    this.featureMap = featureMap;
    this.nu = nu;
    this.normalisation = normalisation;
    this.rule = rule;
    this.features = featureMap == FeatureMap.DPFP ? 2 * nu * log.keyDim() : log.keyDim();
    this.phi = new float[features];
    this.kappa = rule == UpdateRule.PRECONDITIONED ? new float[features] : phi;
    this.vOld = new float[shape.columns()];
    this.delta = new float[shape.columns()];
  }

  /**
   * Rewrites a memory by events, in order; each is rounded as the memory that learned it was: in
   * bf16 by its number, or to the nearest if the events have none.
   *
   * @param storage of the memory that learned them
   * @param w the memory before the first of them, row-major; of bf16, with values of bf16
   * @throws IllegalArgumentException if the events are deltas of rows with steps of their own
   */
  public void rewrite(Storage storage, float[] w, LoggedEvents events) {
    Preconditioner.requireValues(rule, events);
    for (int event = 0; event < events.events(); event++) {
      long number = events.number(event);
      ReferenceModel.fade(storage, shape, w, events.fade(event), number);
      for (int update = 0; update < log.updates(); update++) {
        for (int head = 0; head < log.heads(); head++) {
          int at = shape.offset(update % shape.layers(), head);
          int place = (event * log.updates() + update) * log.heads() + head;
          Dpfp.features(
              featureMap,
              nu,
              normalisation,
              events.keys(),
              place * log.keyDim(),
              log.keyDim(),
              phi);
          if (events.ofValues()) {
            relearn(w, at, events, event, head);
          } else {
            int logged = place * log.columns();
            System.arraycopy(events.deltas(), logged, delta, 0, delta.length);
            if (rule == UpdateRule.GATED_DELTA) {
              float steps = events.deltas()[logged + delta.length];
              ReferenceModel.forget(storage, shape, features, w, at, steps, number);
            }
            write(w, at);
          }
          ReferenceModel.round(storage, shape, w, at, number, update);
        }
      }
    }
  }

  /** Makes a memory that forget gates have scaled W itself: its counters become 0. */
  public void unscale(float[] w) {
    int floats = features * shape.columns();
    for (int at = 0; rule == UpdateRule.GATED_DELTA && at < w.length; at += shape.headFloats()) {
      DeltaRule.scale(w, at, floats, ForgetGate.scale(ForgetGate.counter(w, at + floats)));
      ForgetGate.store(w, at + floats, 0);
    }
  }

  private void relearn(float[] w, int at, LoggedEvents events, int event, int head) {
    int columns = shape.columns();
    float beta = events.betas()[head];
    DeltaRule.read(w, at, features, columns, phi, vOld, 0);
    float factor = rule == UpdateRule.PRECONDITIONED ? 1 : beta;
    DeltaRule.delta(rule, factor, events.values(), event * columns, vOld, columns, delta, 0);
    if (rule == UpdateRule.PRECONDITIONED) {
      Preconditioner.steps(w, at + features * columns, features, phi, beta, kappa);
    }
    write(w, at);
  }

  private void write(float[] w, int at) {
    DeltaRule.bound(delta, 0, delta.length, null);
    DeltaRule.write(w, at, features, shape.columns(), kappa, delta, 0);
  }
}
