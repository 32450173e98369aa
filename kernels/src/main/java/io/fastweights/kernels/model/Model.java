package io.fastweights.kernels.model;

/**
 * A model that an engine can run: a network with trained slow weights, or the associative memory
 * that needs none. Immutable; one instance serves any number of keys.
 */
public sealed interface Model permits SlowModel, AssociativeMemory {

  /** Floats of a forget gate's counter, which follows W of its head. */
  int COUNTER = 2;

  /** The shape of one key's memory. */
  MemoryShape memory();

  /** Floats of an event's input vector. */
  int inputDim();

  /** Floats of an event's target value beside the input; 0 where the target is in the input. */
  int targetDim();

  /** Floats of an event's output. */
  int outputDim();

  /** Floats of the hidden vector that gives the output (the event's embedding). */
  int hiddenDim();

  /** Rewrites of a memory by one event: the layers that run, in order, also where they share W. */
  int updates();

  /** E: features of phi for one head, and rows of its W. */
  int features();

  /** d: floats of one head's key before phi. */
  int keyDim();

  ModelConfig.UpdateRule updateRule();

  ModelConfig.FeatureMap featureMap();

  ModelConfig.Normalisation normalisation();

  /**
   * True if a log of deltas gives the memory back. Deltas do not say the betas that certainties of
   * rows depend on, so under {@code PRECONDITIONED} a log holds values.
   */
  default boolean replaysDeltas() {
    return updateRule() != ModelConfig.UpdateRule.PRECONDITIONED;
  }

  /** True if each head has a forget gate. */
  default boolean forgets() {
    return updateRule() == ModelConfig.UpdateRule.GATED_DELTA;
  }

  /** Capacity factor of DPFP. */
  int nu();

  /**
   * Betas that are constants of the heads, where all heads are given the event's one target as
   * their value; a log can then hold that. Null where each event has betas and values of its own.
   * Not to be written to.
   */
  default float[] betas() {
    return null;
  }
}
