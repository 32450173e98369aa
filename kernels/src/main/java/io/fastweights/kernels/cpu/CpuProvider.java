package io.fastweights.kernels.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The CPU's hot operations as this JVM can run them: on vectors where the incubating Vector API is
 * there and compiles to vector instructions, else as plain loops. Both give the same bits.
 *
 * @param kernels makes a set of them; a set belongs to one engine
 * @param reason why these, in a sentence for the log
 */
public record CpuProvider(Supplier<CpuKernels> kernels, String reason) {
  private static final String MODULE = "jdk.incubator.vector";
  private static final int LEAST_BITS = 128;

  /** Decides for the JVM as it runs. */
  public static CpuProvider lookup() {
    String missing = missing();
    if (missing != null) {
      return new CpuProvider(ScalarKernels::new, missing);
    }
    try {
      // By name: without the module the class cannot be linked, and nothing else refers to it.
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Class<?> vector = lookup.findClass("io.fastweights.kernels.cpu.VectorKernels");
      var constructor = lookup.findConstructor(vector, MethodType.methodType(void.class));
      CpuKernels first = (CpuKernels) constructor.invoke();
      if (first.vectorBits() < LEAST_BITS) {
        return new CpuProvider(
            ScalarKernels::new,
            String.format(
                Locale.ROOT,
                "vectors have %d bits, fewer than %d",
                first.vectorBits(),
                LEAST_BITS));
      }
      Supplier<CpuKernels> kernels =
          () -> {
            try {
              return (CpuKernels) constructor.invoke();
            } catch (Throwable e) {
              throw new LinkageError("the vector kernels worked before", e);
            }
          };
      return new CpuProvider(kernels, "vectors have " + first.vectorBits() + " bits");
    } catch (Throwable e) {
      return new CpuProvider(ScalarKernels::new, "the Vector API does not work: " + e);
    }
  }

  /** What stands against vectors, or null. */
  private static String missing() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return String.format(
          Locale.ROOT,
          "module %s is absent; the JVM option --add-modules %s adds it",
          MODULE,
          MODULE);
    }
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    if (System.getProperty("java.vm.info", "").contains("interpreted")) {
      return "the JVM interprets only (-Xint)";
    }
    for (String argument : runtime.getInputArguments()) {
      if (argument.matches("-XX:TieredStopAtLevel=[0-3]")) {
        return "the optimising compiler is off (" + argument + ")";
      }
    }
    return null;
  }
}
