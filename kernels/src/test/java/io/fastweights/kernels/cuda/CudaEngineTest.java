package io.fastweights.kernels.cuda;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

class CudaEngineTest extends EngineContractTest {
  @BeforeEach
  void loadDevice() {
    SimulatedDevice.load();
  }

  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    return new CudaEngine(model, new EngineOptions(Device.CUDA, slots, storage));
  }

  @Override
  protected Map<String, Model> models(long seed) {
    return RandomModels.onDevices(seed);
  }

  @Override
  protected double tolerance(Storage storage) {
    return 0;
  }

  @Override
  protected int seeds() {
    return 2;
  }
}
