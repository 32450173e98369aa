package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.ForkedJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests of the CPU engine at the widths of vectors that this JVM does not have: a JVM has one
 * width, so each width runs in its own JVM. Tests with the tag {@value #WIDTH} run at every width,
 * those with {@value #PLAIN} without the module of the Vector API. A width that the processor lacks
 * works too, slowly.
 */
class WidthTest {
  static final String WIDTH = "width";
  static final String PLAIN = "plain";

  /** The system property for the number of seeds per tested property of engines. */
  static final String SEEDS = "fastweights.test.seeds";

  private static final int SEEDS_HERE = 2;
  private static final int SEEDS_OF_LONG = 12;

  private static final Pattern PASSED = Pattern.compile("passed (\\d+) of (\\d+)");

  static IntStream otherWidths() {
    int own = CpuProvider.lookup().kernels().get().vectorBits();
    return IntStream.of(128, 256, 512).filter(bits -> bits != own);
  }

  @ParameterizedTest
  @MethodSource("otherWidths")
  void theTestsPassAtAnotherWidth(int bits) throws Exception {
    atWidth(bits, SEEDS_HERE);
  }

  @ParameterizedTest
  @MethodSource("otherWidths")
  @Tag("long")
  void theTestsPassAtAnotherWidthWithTheSeedsOfThisOne(int bits) throws Exception {
    atWidth(bits, SEEDS_OF_LONG);
  }

  private static void atWidth(int bits, int seeds) throws Exception {
    run(
        WIDTH,
        "vector " + bits + " bit",
        List.of(ForkedJvm.VECTOR_MODULE, "-D" + CpuProvider.VECTOR_BITS + "=" + bits),
        seeds);
  }

  @Test
  void theTestsPassWithoutTheModule() throws Exception {
    run(PLAIN, "scalar", List.of(), SEEDS_HERE);
  }

  private static void run(String tag, String kernels, List<String> options, int seeds)
      throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add("-D" + ProvidedKernels.EXPECTED + "=" + kernels);
    all.add("-D" + SEEDS + "=" + seeds);
    String golden = System.getProperty("fastweights.golden");
    if (golden != null) {
      all.add("-Dfastweights.golden=" + golden);
    }
    String output = ForkedJvm.run(TaggedTests.class, all, tag);
    Matcher passed = PASSED.matcher(output);
    assertThat(passed.find()).as(output).isTrue();
    assertThat(passed.group(1)).as(output).isEqualTo(passed.group(2)).isNotEqualTo("0");
  }
}
