package io.fastweights.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.PlantedFault;
import io.fastweights.kernels.cpu.ScalarKernels;
import io.fastweights.kernels.cpu.SelfCheck;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineFactory;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.Model;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Choices between a device that stands in for CUDA and the CPU. */
class EngineProviderTest {
  private final Model model = RandomModels.all(1).get("transformer");
  private final Map<Integer, SelfCheck> checks = new HashMap<>();

  private final EngineFactory sound =
      (each, options) -> new CpuEngine(each, options, new ScalarKernels());
  private final EngineFactory faulty =
      (each, options) -> new CpuEngine(each, options, PlantedFault.flippedBit("step"));

  private EngineChoice choose(Device device, EngineFactory cuda) {
    return choose(model, device, cuda);
  }

  private EngineChoice choose(Model of, Device device, EngineFactory cuda) {
    return EngineProvider.choose(of, new EngineOptions(device, 1), () -> cuda, checks);
  }

  @Test
  void autoTakesADeviceThatPassesItsSelfCheck() {
    EngineChoice choice = choose(Device.AUTO, sound);
    try (Engine engine = choice.engine()) {
      assertThat(engine.name()).isEqualTo("cpu scalar");
      assertThat(choice.fallback()).isFalse();
    }
  }

  @Test
  void autoTakesTheCpuForADeviceThatFailsItsSelfCheckAndSaysSoOnce() {
    try (WarningsOf warnings = new WarningsOf(SelfCheck.class)) {
      for (int i = 0; i < 3; i++) {
        EngineChoice choice = choose(Device.AUTO, faulty);
        try (Engine engine = choice.engine()) {
          assertThat(engine.name()).startsWith("cpu vector");
          assertThat(choice.fallback()).isTrue();
        }
      }
      assertThat(warnings.messages()).hasSize(1);
      assertThat(warnings.messages().get(0)).contains("memory");
    }
  }

  @Test
  void cudaIsRefusedIfItsDeviceFailsItsSelfCheck() {
    assertThatThrownBy(() -> choose(Device.CUDA, faulty))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("differs from plain loops in its self-check")
        .hasMessageContaining("Engine AUTO or CPU does without the device");
  }

  @Test
  void aRuleThatNoDeviceHasIsRefusedUnderCudaAndSteppedOnTheCpuUnderAuto() {
    Model preconditioned = RandomModels.all(1).get("associative, preconditioned");
    assertThatThrownBy(() -> choose(preconditioned, Device.CUDA, sound))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("engine CUDA has no update rule PRECONDITIONED");
    try (WarningsOf warnings = new WarningsOf(SelfCheck.class)) {
      EngineChoice choice = choose(preconditioned, Device.AUTO, sound);
      try (Engine engine = choice.engine()) {
        assertThat(engine.name()).startsWith("cpu vector");
        assertThat(choice.fallback()).isFalse();
      }
      assertThat(warnings.messages()).isEmpty();
    }
  }

  @Test
  void autoTakesTheCpuWithoutAWarningWhereThereIsNoDevice() {
    EngineFactory none =
        (each, options) -> {
          throw new EngineException("there is no device");
        };
    try (WarningsOf warnings = new WarningsOf(SelfCheck.class)) {
      EngineChoice choice = choose(Device.AUTO, none);
      try (Engine engine = choice.engine()) {
        assertThat(engine.name()).startsWith("cpu vector");
        assertThat(choice.fallback()).isFalse();
      }
      assertThat(warnings.messages()).isEmpty();
    }
    assertThatThrownBy(() -> choose(Device.CUDA, none)).hasMessage("there is no device");
  }

  @Test
  void aDeviceThatRefusesToWorkIsTriedAgain() {
    EngineException refused = new EngineException("cannot launch step: out of resources");
    boolean[] busy = {true};
    EngineFactory device =
        (each, options) ->
            new CpuEngine(
                each,
                options,
                busy[0] ? PlantedFault.failure("step", refused) : new ScalarKernels());
    try (WarningsOf warnings = new WarningsOf(SelfCheck.class)) {
      assertThatThrownBy(() -> choose(Device.CUDA, device)).isSameAs(refused);
      EngineChoice instead = choose(Device.AUTO, device);
      try (Engine engine = instead.engine()) {
        assertThat(engine.name()).startsWith("cpu vector");
        assertThat(instead.fallback()).isTrue();
      }
      assertThat(warnings.messages()).hasSize(2);
      busy[0] = false;
      choose(Device.CUDA, device).engine().close();
      assertThat(warnings.messages()).hasSize(2);
    }
  }
}
