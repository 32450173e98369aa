package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.ForkedJvm;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider that a JVM chooses; other JVMs are forked and print theirs. */
class CpuProviderTest {
  /** Prints the choice. */
  public static final class Choice {
    public static void main(String[] args) {
      try {
        CpuProvider provider = CpuProvider.lookup();
        System.out.println(provider.kernels().get().name() + ": " + provider.reason());
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void takesVectorsWhereTheModuleIs() throws Exception {
    assertThat(choice(ForkedJvm.VECTOR_MODULE)).contains("vector ").contains("bit: vectors have ");
    assertThat(CpuProvider.lookup().kernels().get().name()).startsWith("vector ");
  }

  @Test
  void fallsBackToPlainLoopsWithoutTheModuleAndSaysHowToAddIt() throws Exception {
    assertThat(choice())
        .contains("scalar: module jdk.incubator.vector is absent")
        .contains("--add-modules jdk.incubator.vector");
  }

  @Test
  void fallsBackWithoutTheOptimisingCompiler() throws Exception {
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-XX:TieredStopAtLevel=1"))
        .contains("scalar: the optimising compiler is off (-XX:TieredStopAtLevel=1)");
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-Xint"))
        .contains("scalar: the JVM interprets only");
  }

  @Test
  void fallsBackWhereVectorsAreShorterThan128Bits() throws Exception {
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-XX:MaxVectorSize=8"))
        .contains("scalar: vectors have 64 bits, fewer than 128");
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void takesTheWidthThatTheSystemPropertyAsksFor(int bits) throws Exception {
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-Dfastweights.vector.bits=" + bits))
        .contains(String.format(Locale.ROOT, "vector %d bit: vectors have %d bits", bits, bits));
  }

  @Test
  void takesAWiderVectorThanTheProcessorsIfAskedAndWarns() throws Exception {
    String wide = "-Dfastweights.vector.bits=512";
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-XX:MaxVectorSize=16", wide))
        .contains("vector 512 bit")
        .contains("this processor and JVM have vectors of 128 bits: the engine will be slow");
  }

  @Test
  void takesPlainLoopsIfAsked() throws Exception {
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-Dfastweights.vector.bits=0"))
        .contains("scalar: system property fastweights.vector.bits is 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"100", "1024", "wide", ""})
  void refusesAnotherWidth(String asked) throws Exception {
    String line = "system property fastweights.vector.bits is '" + asked + "', must be 0, 128,";
    assertThat(choice(ForkedJvm.VECTOR_MODULE, "-Dfastweights.vector.bits=" + asked))
        .contains(line);
  }

  @Test
  void takesAtMost512BitsOfAWiderProcessor() {
    assertThat(CpuProvider.vectorBits(1024)).isEqualTo(512);
    assertThat(CpuProvider.vectorBits(2048)).isEqualTo(512);
    assertThat(CpuProvider.vectorBits(384)).isEqualTo(256);
  }

  private static String choice(String... options) throws Exception {
    return ForkedJvm.run(Choice.class, List.of(options));
  }
}
