package io.fastweights.kernels.math;

import io.fastweights.kernels.math.Network.Layer;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.numeric.Layers;
import io.fastweights.kernels.numeric.StochasticRounding;

/**
 * A model run one event at a time, to be read from top to bottom beside the formulas in the paper
 * (Schlag et al. 2021, section 4). Engines are tested against it; it is not fast.
 */
public final class ReferenceModel {
  private final Model model;
  private final Network network;
  private final Storage storage;

  /** With memories in fp32. */
  public ReferenceModel(Model model) {
    this(model, Storage.FP32);
  }

  /**
   * @param storage BF16 rounds what an event rewrites before anything reads it again, by {@link
   *     StochasticRounding}
   */
  public ReferenceModel(Model model, Storage storage) {
    this.model = model;
    this.storage = storage;
    this.network = model instanceof SlowModel slow ? Network.of(slow) : null;
  }

  /**
   * The results of one event.
   *
   * @param hidden float[hiddenDim]
   * @param output float[outputDim]
   * @param recallError mean over heads and layers of |v - v_old|^2 / |v|^2
   * @param keys float[update][head][keyDim], before phi
   * @param deltas float[update][head][columns]; with a forget gate float[update][head][columns + 1]
   */
  public record Step(
      float[] hidden, float[] output, float recallError, float[] keys, float[] deltas) {}

  /** Steps one event of a memory in fp32 that does not fade. */
  public Step step(float[] input, float[] target, float[] memory, boolean observe) {
    if (storage != Storage.FP32) {
      throw new IllegalStateException("a memory in " + storage + " is rounded by event numbers");
    }
    return step(input, target, memory, observe, 1, LoggedEvents.UNNUMBERED);
  }

  /**
   * Steps one event.
   *
   * @param input float[inputDim]
   * @param target float[targetDim]; null where the model has none or an ask does not know it
   * @param memory the key's memory, of {@link Model#memory()}; rewritten if observed
   * @param observe true to learn from the event
   * @param fade factor that multiplies the whole memory before the event reads it, in 0 ... 1; an
   *     ask reads a faded copy. 1 with a forget gate.
   * @param number of the event among its key's observed events, from 1; an ask has the number that
   *     it would have if it was observed. {@link LoggedEvents#UNNUMBERED} rounds to the nearest.
   */
  public Step step(
      float[] input, float[] target, float[] memory, boolean observe, float fade, long number) {
    float[] w = observe ? memory : memory.clone();
    fade(storage, model.memory(), w, fade, number);
    return model instanceof AssociativeMemory associative
        ? associate(associative, input, target, w, observe, number)
        : forward(((SlowModel) model).config(), input, w, observe, number);
  }

  private Step forward(ModelConfig c, float[] input, float[] w, boolean observe, long number) {
    MemoryShape shape = c.memory();
    int heads = c.heads();
    int d = c.dimHead();
    int columns = shape.columns();
    boolean transformer = c.architecture() == ModelConfig.Architecture.TRANSFORMER;
    float[] phiK = new float[c.features()];
    float[] phiQ = new float[c.features()];
    float[] vOld = new float[columns];
    float[] keys = new float[c.depth() * heads * d];
    int logged = LogShape.of(model).columns();
    float[] deltas = new float[c.depth() * heads * logged];
    float recallError = 0;
    float[] x = input.clone();

    for (int l = 0; l < c.depth(); l++) {
      Layer layer = network.layers().get(l);
      float[] u = transformer && c.preNorm() ? norm(layer.attentionNorm(), x) : x;
      float[] qkv = dense(layer.qkv(), u);
      float[] beta = dense(layer.beta(), u);
      float[] forget = c.forgets() ? dense(layer.forget(), u) : null;
      float[] o = new float[heads * columns];
      for (int h = 0; h < heads; h++) {
        int q = h * d;
        int k = (heads + h) * d;
        int v = 2 * heads * d + h * columns;
        int at = shape.offset(l % shape.layers(), h);
        int log = l * heads + h;
        float b = c.betaGate() == BetaGate.SIGMOID ? Layers.sigmoid(beta[h]) : beta[h];
        Dpfp.features(c.featureMap(), c.nu(), c.normalisation(), qkv, k, d, phiK);
        Dpfp.features(c.featureMap(), c.nu(), c.normalisation(), qkv, q, d, phiQ);

        float s = 1;
        if (c.forgets()) {
          float n = ForgetGate.steps(forget[h]);
          s = forget(storage, shape, c.features(), w, at, n, number);
          deltas[log * logged + columns] = n;
        }
        DeltaRule.read(w, at, c.features(), columns, phiK, vOld, 0);
        DeltaRule.scale(vOld, 0, columns, s);
        DeltaRule.delta(c.updateRule(), b / s, qkv, v, vOld, columns, deltas, log * logged);
        DeltaRule.bound(deltas, log * logged, columns, observe ? vOld : null);
        DeltaRule.write(w, at, c.features(), columns, phiK, deltas, log * logged);
        round(storage, shape, w, at, number, l);
        DeltaRule.read(w, at, c.features(), columns, phiQ, o, h * columns);
        DeltaRule.scale(o, h * columns, columns, s);

        System.arraycopy(qkv, k, keys, log * d, d);
        recallError += DeltaRule.recallError(qkv, v, vOld, columns, true);
      }
      for (int i = 0; i < o.length; i++) {
        o[i] *= c.readScale();
      }
      float[] y = dense(layer.out(), o);
      if (!transformer) {
        x = y;
      } else {
        x = plus(x, c.preNorm() ? y : norm(layer.attentionNorm(), y));
        float[] f =
            dense(layer.feedForwardIn(), c.preNorm() ? norm(layer.feedForwardNorm(), x) : x);
        for (int i = 0; i < f.length; i++) {
          f[i] = Layers.gelu(f[i]);
        }
        f = dense(layer.feedForwardOut(), f);
        x = plus(x, c.preNorm() ? f : norm(layer.feedForwardNorm(), f));
      }
    }
    if (network.norm() != null) {
      x = norm(network.norm(), x);
    }
    float[] output = network.head() == null ? x : dense(network.head(), x);
    return new Step(x, output, recallError / (c.depth() * heads), keys, deltas);
  }

  /**
   * Advances a head's {@link ForgetGate} by an event's steps.
   *
   * @return s, by which what the memory holds is to be multiplied
   */
  static float forget(
      Storage storage, MemoryShape shape, int rows, float[] w, int at, float steps, long number) {
    int counterAt = at + rows * shape.columns();
    int counter = ForgetGate.counter(w, counterAt) + (int) steps;
    float wrap = ForgetGate.wrap(counter);
    if (wrap != 1) {
      DeltaRule.scale(w, at, rows * shape.columns(), wrap);
      round(storage, shape, w, at, rows, number, StochasticRounding.FADE);
    }
    ForgetGate.store(w, counterAt, counter % ForgetGate.SPAN);
    return ForgetGate.scale(counter % ForgetGate.SPAN);
  }

  /** {@code W <- f W} of a whole memory, as its storage holds it; to the bit W where f is 1. */
  static void fade(Storage storage, MemoryShape shape, float[] memory, float f, long number) {
    if (f != 1) {
      DeltaRule.scale(memory, 0, memory.length, f);
      int rows = memory.length / shape.columns();
      round(storage, shape, memory, 0, rows, number, StochasticRounding.FADE);
    }
  }

  /** Rounds one head's W, which update {@code l} of an event has rewritten. */
  static void round(Storage storage, MemoryShape shape, float[] w, int at, long number, int l) {
    round(storage, shape, w, at, shape.rows(), number, StochasticRounding.update(l));
  }

  /** Rounds rows of W to what the storage holds. */
  private static void round(
      Storage storage, MemoryShape shape, float[] w, int at, int rows, long number, int pass) {
    if (storage == Storage.BF16 && number == LoggedEvents.UNNUMBERED) {
      BrainFloat.round(w, at, rows * shape.columns());
    } else if (storage == Storage.BF16) {
      int seed = StochasticRounding.pass(StochasticRounding.event(number), pass);
      StochasticRounding.round(w, at, rows, shape.columns(), at, seed);
    }
  }

  private Step associate(
      AssociativeMemory m, float[] input, float[] target, float[] w, boolean observe, long number) {
    MemoryShape shape = m.memory();
    int columns = shape.columns();
    int rows = m.features();
    boolean preconditioned = m.updateRule() == UpdateRule.PRECONDITIONED;
    float[] phi = new float[rows];
    float[] kappa = preconditioned ? new float[rows] : phi;
    float[] vOld = new float[columns];
    float[] output = new float[columns];
    float[] deltas = new float[m.heads() * columns];
    float recallError = target == null ? Float.NaN : 0;
    for (int h = 0; h < m.heads(); h++) {
      int at = shape.offset(0, h);
      Dpfp.features(
          m.featureMap(), m.nu(), m.normalisation(), input, h * m.keyDim(), m.keyDim(), phi);
      DeltaRule.read(w, at, rows, columns, phi, vOld, 0);
      if (target != null) {
        float beta = preconditioned ? 1 : m.betas()[h];
        DeltaRule.delta(m.updateRule(), beta, target, 0, vOld, columns, deltas, h * columns);
        DeltaRule.bound(deltas, h * columns, columns, observe ? vOld : null);
        if (preconditioned) {
          Preconditioner.steps(w, at + rows * columns, rows, phi, m.betas()[h], kappa);
        }
        DeltaRule.write(w, at, rows, columns, kappa, deltas, h * columns);
        round(storage, shape, w, at, number, 0);
        recallError += DeltaRule.recallError(target, 0, vOld, columns, false);
      }
      for (int j = 0; j < columns; j++) {
        output[j] += vOld[j];
      }
    }
    for (int j = 0; j < columns; j++) {
      output[j] /= m.heads();
    }
    return new Step(output, output, recallError / m.heads(), input.clone(), deltas);
  }

  private static float[] dense(Layers.Dense layer, float[] x) {
    float[] y = new float[layer.out()];
    Layers.dense(layer, x, 0, y, 0);
    return y;
  }

  private static float[] norm(Layers.Norm norm, float[] x) {
    float[] y = new float[x.length];
    Layers.norm(norm, x, 0, x.length, y, 0);
    return y;
  }

  private static float[] plus(float[] x, float[] y) {
    float[] sum = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      sum[i] = x[i] + y[i];
    }
    return sum;
  }
}
