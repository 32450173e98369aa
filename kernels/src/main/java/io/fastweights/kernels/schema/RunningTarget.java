package io.fastweights.kernels.schema;

/**
 * The running statistics of a key that its target is centred by: {@link RunningRates} for classes
 * with a {@link Prior}, {@link RunningBias} for residuals of a pair with one.
 */
final class RunningTarget {
  private RunningTarget() {}

  /** True if a target is centred by statistics of its key. */
  static boolean isCentred(Target target) {
    return target != null
        && (target.prior() != null || target instanceof Residual r && r.events() > 0);
  }

  /** Doubles of the state of a centred target. */
  static int size(Target target) {
    return target instanceof Residual residual
        ? RunningBias.size(residual)
        : RunningRates.size(target.prior());
  }

  static void start(Target target, double[] state, int at) {
    if (target.prior() != null) {
      RunningRates.start(state, at);
    }
  }

  /**
   * Adds the label of an observed event.
   *
   * @param before the state before the event
   * @param after the same, to be changed
   * @return the target of the memory
   */
  static float[] learn(Target target, EncodedEvent event, double[] before, double[] after, int at) {
    if (target instanceof Residual residual) {
      RunningBias.add(event.target(), after, at);
      return RunningBias.residual(residual, event.target(), before, at);
    }
    RunningRates.add(target.prior(), event.targetId(), after, at);
    return RunningRates.residual(target.prior(), event.targetId(), before, at);
  }

  static void predict(
      Target target, double[] before, int at, float[] outputs, int from, float[] into) {
    if (target instanceof Residual residual) {
      RunningBias.predict(residual, before, at, outputs, from, into);
    } else {
      RunningRates.predict(target.prior(), before, at, outputs, from, into);
    }
  }

  /** Writes what depends on the memory's outputs for an observed event. */
  static void settle(
      Target target,
      EncodedEvent event,
      double[] before,
      double[] after,
      int at,
      float[] outputs,
      int from) {
    if (target instanceof Residual) {
      RunningBias.share(event.target(), before, after, RunningBias.sums(at), outputs, from);
    } else {
      RunningRates.share(target.prior(), event.targetId(), before, after, at, outputs, from);
    }
  }

  /** The label of an observed event on the scale of an answer. */
  static void label(Target target, EncodedEvent event, double[] before, int at, float[] into) {
    for (int j = 0; j < target.dim(); j++) {
      into[j] =
          target instanceof Residual r
              ? (float) (r.deviation() * (event.target()[j] + RunningBias.mean(r, before, at, j)))
              : (float) RunningRates.truth(target.prior(), event.targetId(), j);
    }
  }
}
