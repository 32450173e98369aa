package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which provider a JVM gets; other JVMs are forked and tell. */
class CpuProviderTest {
  /** Prints the choice. */
  public static final class Choice {
    public static void main(String[] args) {
      CpuProvider provider = CpuProvider.lookup();
      System.out.println(provider.kernels().get().name() + ": " + provider.reason());
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

  private static String choice(String... options) throws Exception {
    return ForkedJvm.run(Choice.class, List.of(options));
  }
}
