package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.WarningsOf;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that are planted into kernels, and engines that are made of them. */
class SelfCheckTest {
  private final Model model = RandomModels.all(1).get("transformer");

  @ParameterizedTest
  @ValueSource(strings = {"dense", "norm", "sigmoid", "gelu", "step", "rewrite"})
  void aFlippedBitIsSaidOnceAndPlainLoopsServe(String operation) {
    String warning = fallsBack(() -> PlantedFault.flippedBit(operation));
    assertThat(warning).contains(" is ").contains(", must be ");
  }

  @Test
  void anErrorIsSaidOnceAndPlainLoopsServe() {
    for (Throwable failure :
        List.of(new IndexOutOfBoundsException("Index 16"), new UnsatisfiedLinkError("Index 16"))) {
      String warning = fallsBack(() -> PlantedFault.failure("step", failure));
      assertThat(warning).contains(failure.getClass().getName() + ": Index 16");
    }
  }

  private String fallsBack(Supplier<CpuKernels> faulty) {
    CpuProvider provider = new CpuProvider(faulty, "planted", false);
    EngineOptions options = EngineOptions.cpu(SelfCheckScript.SLOTS);
    try (WarningsOf warnings = new WarningsOf(SelfCheck.class)) {
      for (Model each : List.of(model, model, associative(3, 1))) {
        try (CpuEngine engine = provider.engine(each, options);
            CpuEngine plain = new CpuEngine(each, options, new ScalarKernels())) {
          assertThat(engine.name()).isEqualTo("cpu scalar");
          assertThat(new SelfCheckScript(each).difference(plain, engine)).isNull();
        }
      }
      assertThat(provider.fallback()).isTrue();
      assertThat(warnings.messages()).hasSize(1);
      String warning = warnings.messages().get(0);
      assertThat(warning)
          .contains("'cpu planted 256 bit'")
          .contains(System.getProperty("os.arch"))
          .contains(System.getProperty("java.vm.version"))
          .contains("It is not used.");
      return warning;
    }
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void theKernelsOfThisProcessorPassOnEveryKindOfModel(Storage storage) {
    CpuProvider provider = CpuProvider.lookup();
    EngineOptions options = new EngineOptions(Device.CPU, 1, storage);
    for (Model each : RandomModels.all(1).values()) {
      try (CpuEngine engine = provider.engine(each, options)) {
        assertThat(engine.name()).startsWith("cpu vector");
      }
    }
    assertThat(provider.fallback()).isFalse();
  }

  @Test
  void aShapeIsTriedOnce() {
    int[] engines = {0};
    SelfCheck check =
        new SelfCheck(
            (each, options) -> {
              engines[0]++;
              return new CpuEngine(each, options, new ScalarKernels());
            });
    assertThat(check.failure(model, EngineOptions.cpu(1))).isNull();
    int first = engines[0];
    assertThat(check.failure(model, EngineOptions.cpu(1))).isNull();
    assertThat(engines[0]).isEqualTo(first);
    assertThat(check.failure(associative(4, 1), EngineOptions.cpu(1))).isNull();
    assertThat(engines[0]).isEqualTo(first + 1);
  }

  @Test
  void aLargeModelIsTriedWithSmallerSizesOfTheSameRemainders() {
    ModelConfig large =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(1001)
            .depth(12)
            .heads(16)
            .dimHead(515)
            .nu(7)
            .outputs(5000)
            .build();
    ModelConfig tried = SelfCheckShape.Bounds.cut(large);
    assertThat(tried.dim() % 32).isEqualTo(1001 % 32);
    assertThat(tried.dimHead() % 32).isEqualTo(515 % 32);
    assertThat(tried.memory().floats()).isLessThan(2_000_000);
    Model associative = SelfCheckShape.like(associative(999, 3)).model();
    assertThat(associative.keyDim() % 32).isEqualTo(999 % 32);
    assertThat(associative.memory().floats()).isLessThan(1_000_000);
  }

  private static Model associative(int keyDim, int heads) {
    float[] betas = new float[heads];
    Arrays.fill(betas, 0.5f);
    return new AssociativeMemory(keyDim, 1, 2, betas, Normalisation.SUM);
  }

  @Test
  void namesTheProcessorOnX86AndOnArm() {
    assertThat(Processor.name(List.of("processor\t: 0", "model name\t: AMD EPYC", "model name: B")))
        .isEqualTo("AMD EPYC");
    assertThat(Processor.name(List.of("CPU implementer\t: 0x41", "CPU part\t: 0xd4f")))
        .isEqualTo("{CPU implementer=0x41, CPU part=0xd4f}");
    assertThat(Processor.name(List.of())).isEqualTo("unknown");
  }
}
