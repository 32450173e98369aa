package io.fastweights.jobs.bench.load;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.FastWeightOptions;
import java.io.Serializable;
import java.util.List;

/**
 * The memory of a benchmark: eight heads, nu = 1. The model is an associative memory, because it
 * has the least arithmetic beside the memory: what is measured is state.
 *
 * @param name its size, as it stands in the names of figures
 * @param dim d, floats of a head's key and value
 */
public record MemoryKind(String name, int dim) implements Serializable {
  public static final MemoryKind KIB_4 = new MemoryKind("4KiB", 8);
  public static final MemoryKind KIB_16 = new MemoryKind("16KiB", 16);
  public static final MemoryKind KIB_256 = new MemoryKind("256KiB", 64);

  /** All different: heads with equal betas would learn the same and compress well. */
  private static final List<Double> BETAS = List.of(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9);

  public AssociativeMemory model() {
    float[] betas = new float[BETAS.size()];
    for (int h = 0; h < betas.length; h++) {
      betas[h] = BETAS.get(h).floatValue();
    }
    return new AssociativeMemory(dim, 1, dim, betas, Normalisation.UNIT);
  }

  /** Bytes of one memory. */
  public long bytes() {
    return (long) Float.BYTES * model().memory().floats();
  }

  public <T> FastWeights<T> set(FastWeights<T> builder) {
    return builder
        .set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, dim)
        .set(FastWeightOptions.ASSOCIATIVE_NU, 1)
        .set(FastWeightOptions.ASSOCIATIVE_BETAS, BETAS);
  }
}
