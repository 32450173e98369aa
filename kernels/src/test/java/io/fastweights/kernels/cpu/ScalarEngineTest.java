package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;

class ScalarEngineTest extends EngineContractTest {
  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    return new CpuEngine(model, new EngineOptions(Device.CPU, slots, storage), new ScalarKernels());
  }

  @Override
  protected double tolerance(Storage storage) {
    return 0;
  }
}
