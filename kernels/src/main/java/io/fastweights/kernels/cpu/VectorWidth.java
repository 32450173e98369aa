package io.fastweights.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of vectors in this JVM. The compiler keeps vectors in registers only if the species are
 * constants, so a JVM has one width; a test of another width runs in another JVM. Results do not
 * depend on it.
 */
final class VectorWidth {
  /** The width of the system property; else the processor's, as far as the JVM uses it. */
  static final int BITS = CpuProvider.vectorBits(FloatVector.SPECIES_PREFERRED.vectorBitSize());

  private static final VectorShape SHAPE = VectorShape.forBitSize(BITS);

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);

  private VectorWidth() {}
}
