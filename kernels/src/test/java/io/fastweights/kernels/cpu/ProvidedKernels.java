package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The kernels that this JVM provides. They must be those that the JVM was started for: vectors, or
 * what {@link WidthTest} names for a JVM of its own.
 */
public final class ProvidedKernels {
  static final String EXPECTED = "fastweights.test.kernels";

  private ProvidedKernels() {}

  public static CpuKernels get() {
    CpuKernels kernels = CpuProvider.lookup().kernels().get();
    assertThat(kernels.name()).startsWith(System.getProperty(EXPECTED, "vector"));
    return kernels;
  }
}
