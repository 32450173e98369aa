package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;

class VectorEngineTest extends EngineContractTest {
  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    CpuKernels kernels = CpuProvider.lookup().kernels().get();
    assertThat(kernels.name()).startsWith("vector");
    return new CpuEngine(model, new EngineOptions(Device.CPU, slots, storage), kernels);
  }

  @Override
  protected double tolerance(Storage storage) {
    return 0;
  }
}
