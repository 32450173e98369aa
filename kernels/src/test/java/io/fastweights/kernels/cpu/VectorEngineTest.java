package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import org.junit.jupiter.api.Tag;

@Tag(WidthTest.WIDTH)
@Tag(WidthTest.PLAIN)
class VectorEngineTest extends EngineContractTest {
  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    EngineOptions options = new EngineOptions(Device.CPU, slots, storage);
    return new CpuEngine(model, options, ProvidedKernels.get());
  }

  @Override
  protected double tolerance(Storage storage) {
    return 0;
  }

  @Override
  protected int seeds() {
    return Integer.getInteger(WidthTest.SEEDS, super.seeds());
  }
}
