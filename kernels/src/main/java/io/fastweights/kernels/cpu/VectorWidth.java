package io.fastweights.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one width of vectors in this JVM. The species are constants to the compiler, which keeps
 * vectors in registers only then; so a JVM has one width, and a test of another runs in a JVM of
 * its own. Results do not depend on it.
 */
final class VectorWidth {
  /** As the system property asks; else as wide as the processor's, as far as the JVM uses them. */
  static final int BITS = CpuProvider.vectorBits(FloatVector.SPECIES_PREFERRED.vectorBitSize());

  private static final VectorShape SHAPE = VectorShape.forBitSize(BITS);

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);

  private VectorWidth() {}
}
