package io.fastweights.kernels.cpu;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The shape of a model that a {@link SelfCheck} steps, and the model: its weights are random. */
sealed interface SelfCheckShape {

  /** A model of this shape, always the same one. */
  Model model();

  /** Shapes that fill no vector of any width. */
  static List<SelfCheckShape> fixed() {
    ModelConfig odd =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(21)
            .heads(2)
            .dimHead(17)
            .nu(2)
            .ffMult(1)
            .outputs(1)
            .build();
    return List.of(
        new Slow(odd), new Associative(9, 3, 35, 1, Normalisation.UNIT, UpdateRule.DELTA));
  }

  /**
   * The shape of a job's model. Large sizes are cut, to the same remainder of the widest vectors,
   * to keep the check short.
   */
  static SelfCheckShape like(Model model) {
    return model instanceof SlowModel slow
        ? new Slow(Bounds.cut(slow.config()))
        : Bounds.cut((AssociativeMemory) model);
  }

  /** A model with slow weights. */
  record Slow(ModelConfig config) implements SelfCheckShape {
    @Override
    public Model model() {
      SplittableRandom random = new SplittableRandom(1);
      return SlowModel.of(
          RandomWeights.of(config, null, (name, shape, size) -> weights(random, shape, size)));
    }

    /** Scaled by the width of the layer, so that nothing saturates. */
    private static float[] weights(SplittableRandom random, int[] shape, int size) {
      double scale = shape.length == 2 ? 3 / Math.sqrt(shape[1]) : 1;
      float[] weights = new float[size];
      for (int i = 0; i < size; i++) {
        weights[i] = (float) (scale * (random.nextDouble() - 0.5));
      }
      return weights;
    }
  }

  /** An associative memory. */
  record Associative(
      int keyDim, int nu, int columns, int heads, Normalisation normalisation, UpdateRule rule)
      implements SelfCheckShape {
    @Override
    public Model model() {
      float[] betas = new float[heads];
      Arrays.fill(betas, 0.3f);
      return new AssociativeMemory(keyDim, nu, columns, betas, normalisation, rule);
    }
  }

  /** The largest sizes that are tested uncut. */
  final class Bounds {
    private static final int WIDEST = 32;
    private static final int DIM = 64;
    private static final int HEAD = 160;
    private static final int NU = 4;
    private static final int PARTS = 2;

    private Bounds() {}

    static ModelConfig cut(ModelConfig c) {
      boolean cell = c.architecture() == Architecture.CELL;
      int d = cut(c.dimHead(), cell ? DIM : HEAD);
      return ModelConfig.builder(c.architecture())
          .dim(cell ? d : cut(c.dim(), DIM))
          .depth(Math.min(c.depth(), PARTS))
          .heads(Math.min(c.heads(), PARTS))
          .dimHead(d)
          .nu(nu(c.nu(), d))
          .ffMult(Math.min(c.ffMult(), PARTS))
          .preNorm(c.preNorm())
          .updateRule(c.updateRule())
          .featureMap(c.featureMap())
          .normalisation(c.normalisation())
          .betaGate(c.betaGate())
          .memoryScope(c.memoryScope())
          .outputs(cut(c.outputs(), DIM))
          .build();
    }

    static Associative cut(AssociativeMemory m) {
      int d = cut(m.keyDim(), HEAD);
      int columns = cut(m.targetDim(), HEAD);
      int heads = Math.min(m.heads(), PARTS);
      return new Associative(d, nu(m.nu(), d), columns, heads, m.normalisation(), m.updateRule());
    }

    private static int cut(int size, int most) {
      return size <= most ? size : most - WIDEST + size % WIDEST;
    }

    /** A nu above the key's length takes another code path, so it is kept for short keys. */
    private static int nu(int nu, int d) {
      return nu <= NU || nu > d && d <= NU ? nu : NU;
    }
  }
}
