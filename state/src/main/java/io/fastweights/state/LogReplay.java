package io.fastweights.state;

import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.math.BrainFloat;
import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;

/**
 * The memory that a base and a log stand for, without a model: W <- f W, W += phi(k) (x) delta for
 * each logged event, in order, in the reference's arithmetic and each rounded as the memory that
 * learned it was, so it has the bits that an engine held. Schlag et al. 2021, section 4.2, equation
 * 24.
 *
 * <p>Not thread-safe.
 */
public final class LogReplay {
  private final MemoryShape shape;
  private final LogShape log;
  private final Recipe recipe;
  private final float[] phi;

  public LogReplay(MemoryShape shape, LogShape log, Recipe recipe) {
    this.shape = shape;
    this.log = log;
    this.recipe = recipe;
    this.phi = new float[shape.rows()];
  }

  /** W of every layer and head, row-major, in an array of its own. */
  public float[] weights(StoredMemory stored) {
    float[] w = stored.base() == null ? new float[shape.floats()] : stored.base().weights();
    for (LogChunk chunk : stored.log()) {
      if (chunk.storage() == Storage.BF16) {
        BrainFloat.round(w, 0, w.length);
      }
      for (int event = 0; event < chunk.events(); event++) {
        if (chunk.fades() != null) {
          ReferenceModel.fade(chunk.storage(), w, chunk.fades()[event]);
        }
        rewrite(w, chunk, event);
      }
    }
    return w;
  }

  private void rewrite(float[] w, LogChunk chunk, int event) {
    for (int update = 0; update < log.updates(); update++) {
      for (int head = 0; head < log.heads(); head++) {
        int place = update * log.heads() + head;
        Dpfp.features(
            recipe.featureMap(),
            recipe.nu(),
            recipe.normalisation(),
            chunk.keys(),
            event * log.keys() + place * log.keyDim(),
            log.keyDim(),
            phi);
        int at = shape.offset(update % shape.layers(), head);
        DeltaRule.write(
            w,
            at,
            shape.rows(),
            shape.columns(),
            phi,
            chunk.deltas(),
            event * log.deltas() + place * log.columns());
        if (chunk.storage() == Storage.BF16) {
          BrainFloat.round(w, at, shape.headFloats());
        }
      }
    }
  }
}
