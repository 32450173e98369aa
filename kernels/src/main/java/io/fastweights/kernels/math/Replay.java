package io.fastweights.kernels.math;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;

/**
 * Rebuilds a memory from its log: for each event, update and head, in order, W += phi(k) (x) delta.
 * The same arithmetic as when the events were learned, so the same bits.
 */
public final class Replay {
  private final Model model;
  private final MemoryShape shape;
  private final LogShape log;
  private final float[] phi;

  public Replay(Model model) {
    this.model = model;
    this.shape = model.memory();
    this.log = LogShape.of(model);
    this.phi = new float[shape.rows()];
  }

  /**
   * Replays events onto a memory.
   *
   * @param w the memory, begins at {@code at}
   * @param keys float[events][updates][heads][keyDim]
   * @param deltas float[events][updates][heads][columns]
   */
  public void replay(float[] w, int at, float[] keys, float[] deltas, int events) {
    for (int e = 0; e < events; e++) {
      for (int u = 0; u < log.updates(); u++) {
        for (int h = 0; h < log.heads(); h++) {
          int head = u * log.heads() + h;
          Dpfp.features(
              model.featureMap(),
              model.nu(),
              model.normalisation(),
              keys,
              e * log.keys() + head * log.keyDim(),
              log.keyDim(),
              phi);
          DeltaRule.write(
              w,
              at + shape.offset(u % shape.layers(), h),
              shape.rows(),
              shape.columns(),
              phi,
              deltas,
              e * log.deltas() + head * log.columns());
        }
      }
    }
  }
}
