package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.Model;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CPU's hot operations: on vectors if this JVM has the incubating Vector API and compiles it to
 * vector instructions, else as plain loops. Both give the same bits.
 */
public final class CpuProvider {
  /**
   * The system property that sets the width of vectors in bits, for tests and support cases: 128,
   * 256 or 512, or 0 for plain loops. Read once. Without it vectors are as wide as the processor's,
   * but at most 512 bits. Wider ones than the processor's work, slowly.
   */
  public static final String VECTOR_BITS = "fastweights.vector.bits";

  private static final Logger LOG = LoggerFactory.getLogger(CpuProvider.class);
  private static final String MODULE = "jdk.incubator.vector";
  private static final int LEAST_BITS = 128;

  /**
   * The sixteen partial sums of {@link io.fastweights.kernels.numeric.Sums} are one such vector.
   */
  private static final int MOST_BITS = 512;

  private static CpuProvider chosen;

  private final Supplier<CpuKernels> kernels;
  private final String reason;
  private final boolean broken;
  private final SelfCheck check = new SelfCheck(this::unchecked);

  /**
   * @param kernels makes a set of them; a set belongs to one engine
   * @param reason the reason for the choice, in a sentence for the log
   * @param broken true for plain loops that stand in for vectors which did not work
   */
  CpuProvider(Supplier<CpuKernels> kernels, String reason, boolean broken) {
    this.kernels = kernels;
    this.reason = reason;
    this.broken = broken;
  }

  /** Makes a set of operations; a set belongs to one engine. */
  public Supplier<CpuKernels> kernels() {
    return kernels;
  }

  /** The reason for the choice of kernels, in a sentence for the log. */
  public String reason() {
    return reason;
  }

  /**
   * An engine on these operations, once they have passed their {@link SelfCheck}; on plain loops if
   * they fail it.
   */
  public CpuEngine engine(Model model, EngineOptions options) {
    boolean sound = plain() || check.failure(model, options) == null;
    return sound ? unchecked(model, options) : new CpuEngine(model, options, new ScalarKernels());
  }

  private CpuEngine unchecked(Model model, EngineOptions options) {
    return new CpuEngine(model, options, kernels.get());
  }

  private boolean plain() {
    return kernels.get().vectorBits() == 0;
  }

  /** True if plain loops stand in for vectors which did not work. */
  public boolean fallback() {
    return broken || check.failed();
  }

  /**
   * Decides for the JVM as it runs, once.
   *
   * @throws IllegalArgumentException if {@link #VECTOR_BITS} has an invalid value
   */
  public static synchronized CpuProvider lookup() {
    if (chosen == null) {
      chosen = choose();
    }
    return chosen;
  }

  private static CpuProvider choose() {
    String missing = missing();
    if (missing != null) {
      return plain(missing);
    }
    try {
      // By name: without the module the class cannot be linked, and nothing else refers to it.
      var vector =
          Class.forName("io.fastweights.kernels.cpu.VectorKernels")
              .asSubclass(CpuKernels.class)
              .getDeclaredConstructor();
      int bits = vector.newInstance().vectorBits();
      if (bits < LEAST_BITS) {
        return plain(
            String.format(Locale.ROOT, "vectors have %d bits, fewer than %d", bits, LEAST_BITS));
      }
      return new CpuProvider(
          () -> {
            try {
              return vector.newInstance();
            } catch (ReflectiveOperationException e) {
              throw new LinkageError("the vector kernels worked before", e);
            }
          },
          "vectors have " + bits + " bits",
          false);
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      String reason = "the Vector API does not work: " + e;
      LOG.warn("engine CPU runs plain loops: {}", reason, e);
      return new CpuProvider(ScalarKernels::new, reason, true);
    }
  }

  private static CpuProvider plain(String reason) {
    return new CpuProvider(ScalarKernels::new, reason, false);
  }

  /** The reason that vectors cannot be used, or null. */
  private static String missing() {
    Integer asked = askedBits();
    if (asked != null && asked == 0) {
      return "system property " + VECTOR_BITS + " is 0";
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return String.format(
          Locale.ROOT,
          "module %s is absent; the JVM option --add-modules %s adds it",
          MODULE,
          MODULE);
    }
    if (System.getProperty("java.vm.info", "").contains("interpreted")) {
      return "the JVM interprets only (-Xint)";
    }
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.matches("-XX:TieredStopAtLevel=[0-3]")) {
        return "the optimising compiler is off (" + argument + ")";
      }
    }
    return null;
  }

  /** The width that the system property asks for; null without it. */
  private static Integer askedBits() {
    String asked = System.getProperty(VECTOR_BITS);
    if (asked == null) {
      return null;
    }
    return switch (asked.strip()) {
      case "0", "128", "256", "512" -> Integer.valueOf(asked.strip());
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "system property %s is '%s', must be 0, 128, 256 or 512",
                  VECTOR_BITS,
                  asked));
    };
  }

  /** The width of vectors on a processor that prefers this one. */
  static int vectorBits(int preferred) {
    Integer asked = askedBits();
    if (asked == null || asked == 0) {
      return Math.min(Integer.highestOneBit(preferred), MOST_BITS);
    }
    if (asked > preferred) {
      LOG.warn(
          "system property {} is {}, but this processor and JVM have vectors of {} bits: the engine"
              + " will be slow",
          VECTOR_BITS,
          asked,
          preferred);
    }
    return asked;
  }
}
