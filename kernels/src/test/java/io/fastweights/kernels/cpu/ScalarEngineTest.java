package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.model.Model;

class ScalarEngineTest extends EngineContractTest {
  @Override
  protected Engine engine(Model model, int slots) {
    return new CpuEngine(model, slots, new ScalarKernels());
  }

  @Override
  protected double tolerance() {
    return 0;
  }
}
