package io.fastweights.kernels.model;

import java.io.Serializable;
import java.util.Locale;

/**
 * The hyper-parameters of a DPFP model (Schlag et al. 2021), as they stand in {@code __metadata__}
 * of a weights file. Defaults are the paper's; {@code SHARED} and {@code IDENTITY} are what
 * dpfp-pytorch computes.
 *
 * @param architecture the module: the single cell, one attention layer, or the whole transformer
 * @param dim floats of an input, and of the residual stream
 * @param depth layers
 * @param heads heads of a layer
 * @param dimHead d, floats of a head's key, query (and value, but for the cell)
 * @param nu the capacity factor of DPFP: phi has 2 nu d features
 * @param ffMult the feed-forward block is {@code dim * ffMult} wide
 * @param preNorm true for layer norm before each block, false for after it
 * @param finalNorm true for a layer norm of the last layer's hidden vector, before the head
 * @param updateRule how W is rewritten
 * @param featureMap phi
 * @param normalisation how phi is normalised
 * @param betaGate the function that maps the projection to beta
 * @param memoryScope one memory per layer, or one for all layers
 * @param vocabulary rows of {@code embedding.weight}, or 0 where there is none
 * @param outputs rows of {@code head.weight}, or 0 where the hidden vector is the output
 */
public record ModelConfig(
    Architecture architecture,
    int dim,
    int depth,
    int heads,
    int dimHead,
    int nu,
    int ffMult,
    boolean preNorm,
    boolean finalNorm,
    UpdateRule updateRule,
    FeatureMap featureMap,
    Normalisation normalisation,
    BetaGate betaGate,
    MemoryScope memoryScope,
    int vocabulary,
    int outputs)
    implements Serializable {

  /** The module shapes of dpfp-pytorch. */
  public enum Architecture {
    /** The paper's single cell: one head, values as wide as phi. */
    CELL,
    /** One multi-head attention layer. */
    ATTENTION,
    /** Layers of attention and feed-forward with residuals and layer norm. */
    TRANSFORMER
  }

  /** The rule by which an event updates W. */
  public enum UpdateRule {
    /** W += phi(k) (x) beta (v - W^T phi(k)); section 4.2, equations 23 and 24. */
    DELTA,
    /** W += phi(k) (x) beta v; section 3.2, equation 17. */
    SUM,
    /**
     * The delta rule after a forget gate: {@code W <- 2^(-g) W} before each event, with a g >= 0 of
     * each head that the event's input gives. The gated delta rule of Yang et al. 2024
     * (arXiv:2412.06464), equation 10, see {@link io.fastweights.kernels.math.ForgetGate}. Of
     * trained weights only.
     */
    GATED_DELTA,
    /**
     * The delta rule with a step size of its own for each row of W, which falls as the row is
     * written: W += kappa (x) (v - W^T phi(k)), see {@link
     * io.fastweights.kernels.math.Preconditioner}. Of an {@link AssociativeMemory} only.
     */
    PRECONDITIONED;

    /** True if engine CUDA has it. */
    public boolean onDevices() {
      return this != PRECONDITIONED;
    }
  }

  /** The feature map phi. */
  public enum FeatureMap {
    /** Deterministic parameter-free projection; section 5.3, equation 37. */
    DPFP,
    /** elu(x) + 1, Katharopoulos et al. 2020; d features. */
    ELU_PLUS_ONE
  }

  /** The normalisation of phi. */
  public enum Normalisation {
    /** Divided by its sum; section 4.2, equation 25. */
    SUM,
    /** Divided by its Euclidean length: beta = 1 then replaces what a key held. */
    UNIT
  }

  /** The function that maps the projection to beta. */
  public enum BetaGate {
    /** 1 / (1 + exp(-x)), as in the paper. */
    SIGMOID,
    /** The projection itself, as in dpfp-pytorch. */
    IDENTITY
  }

  /** Memories of a model: one for each layer, or one for all. */
  public enum MemoryScope {
    /** Each layer has its own. */
    PER_LAYER,
    /** One memory is handed from layer to layer. */
    SHARED
  }

  public ModelConfig {
    Checks.positive("dim", dim);
    Checks.positive("depth", depth);
    Checks.positive("heads", heads);
    Checks.positive("dimHead", dimHead);
    Checks.positive("nu", nu);
    Checks.positive("ffMult", ffMult);
    Checks.atLeast("vocabulary", vocabulary, 0);
    Checks.atLeast("outputs", outputs, 0);
    if (updateRule == UpdateRule.PRECONDITIONED) {
      throw new IllegalArgumentException(
          "update rule PRECONDITIONED is of associative memories, not of trained weights");
    }
    if (featureMap == FeatureMap.DPFP && nu >= 2L * dimHead) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "nu is %d, must be below 2 * dimHead = %d", nu, 2L * dimHead));
    }
    Checks.fitsAnArray("q, k and v", 3, heads, dimHead);
    Checks.fitsAnArray("the feed-forward block", dim, ffMult);
    if (featureMap == FeatureMap.DPFP) {
      Checks.fitsAnArray("phi", 2, nu, dimHead);
    }
    if (architecture != Architecture.TRANSFORMER && depth != 1) {
      throw new IllegalArgumentException(architecture + " has one layer, not " + depth);
    }
    if (finalNorm && architecture != Architecture.TRANSFORMER) {
      throw new IllegalArgumentException(architecture + " has no layer norm");
    }
    if (architecture == Architecture.CELL && (heads != 1 || dimHead != dim)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "CELL has one head of dim = %d, not %d of %d", dim, heads, dimHead));
    }
  }

  /** E: the features of phi for one head. */
  public int features() {
    return featureMap == FeatureMap.DPFP ? 2 * nu * dimHead : dimHead;
  }

  /** Floats of one head's value. */
  public int valueDim() {
    return architecture == Architecture.CELL ? features() : dimHead;
  }

  /** The factor by which attention scales its read-out. */
  public float readScale() {
    return architecture == Architecture.CELL ? 1f : (float) (1 / Math.sqrt(dimHead));
  }

  /** True if a head has a forget gate. */
  public boolean forgets() {
    return updateRule == UpdateRule.GATED_DELTA;
  }

  /**
   * The shape of one key's memory. With a forget gate each head has more rows than phi: after W, as
   * many as hold {@link Model#COUNTER} floats.
   */
  public MemoryShape memory() {
    int layers = memoryScope == MemoryScope.SHARED ? 1 : depth;
    int more = forgets() ? (Model.COUNTER - 1) / valueDim() + 1 : 0;
    return new MemoryShape(layers, heads, features() + more, valueDim());
  }

  /** A builder with the paper's defaults. */
  public static Builder builder(Architecture architecture) {
    return new Builder(architecture);
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private final Architecture architecture;
    private int dim = 128;
    private int depth = 1;
    private int heads = 8;
    private int dimHead = 64;
    private int nu = 1;
    private int ffMult = 4;
    private boolean preNorm = true;
    private boolean finalNorm;
    private UpdateRule updateRule = UpdateRule.DELTA;
    private FeatureMap featureMap = FeatureMap.DPFP;
    private Normalisation normalisation = Normalisation.SUM;
    private BetaGate betaGate = BetaGate.SIGMOID;
    private MemoryScope memoryScope = MemoryScope.PER_LAYER;
    private int vocabulary;
    private int outputs;

    private Builder(Architecture architecture) {
      this.architecture = architecture;
    }

    public Builder dim(int value) {
      dim = value;
      return this;
    }

    public Builder depth(int value) {
      depth = value;
      return this;
    }

    public Builder heads(int value) {
      heads = value;
      return this;
    }

    public Builder dimHead(int value) {
      dimHead = value;
      return this;
    }

    public Builder nu(int value) {
      nu = value;
      return this;
    }

    public Builder ffMult(int value) {
      ffMult = value;
      return this;
    }

    public Builder preNorm(boolean value) {
      preNorm = value;
      return this;
    }

    /** True for a layer norm before the head; false by default, as in dpfp-pytorch. */
    public Builder finalNorm(boolean value) {
      finalNorm = value;
      return this;
    }

    public Builder updateRule(UpdateRule value) {
      updateRule = value;
      return this;
    }

    public Builder featureMap(FeatureMap value) {
      featureMap = value;
      return this;
    }

    public Builder normalisation(Normalisation value) {
      normalisation = value;
      return this;
    }

    public Builder betaGate(BetaGate value) {
      betaGate = value;
      return this;
    }

    public Builder memoryScope(MemoryScope value) {
      memoryScope = value;
      return this;
    }

    public Builder vocabulary(int value) {
      vocabulary = value;
      return this;
    }

    public Builder outputs(int value) {
      outputs = value;
      return this;
    }

    public ModelConfig build() {
      boolean cell = architecture == Architecture.CELL;
      return new ModelConfig(
          architecture,
          dim,
          depth,
          cell ? 1 : heads,
          cell ? dim : dimHead,
          nu,
          ffMult,
          preNorm,
          finalNorm,
          updateRule,
          featureMap,
          normalisation,
          betaGate,
          memoryScope,
          vocabulary,
          outputs);
    }
  }
}
