package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EngineResults;
import io.fastweights.kernels.engine.EngineScript;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.Storage;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /**
   * The layouts of even columns beyond those of the contract's models; 70 columns are two tiles.
   */
  @ParameterizedTest
  @ValueSource(ints = {20, 70})
  void stepsAndReplaysWideHeadsWithForgetGates(int columns) {
    SplittableRandom random = new SplittableRandom(columns);
    Model model =
        RandomModels.slow(
            ModelConfig.builder(Architecture.ATTENTION)
                .dim(9)
                .heads(3)
                .dimHead(columns)
                .updateRule(UpdateRule.GATED_DELTA)
                .build(),
            random);
    EngineScript script = new EngineScript(model, RandomModels.events(model, 40, 2, random), 2);
    for (Storage storage : Storage.values()) {
      try (Engine engine = engine(model, 3, storage)) {
        EngineResults results = script.run(engine, script.splits(random, 9));
        assertThat(script.reference(storage).difference(results, 0)).as("%s", storage).isNull();
        engine.pool().zero(2);
        script.log(results, 0, false).forEach(log -> engine.replay(2, log));
        float[] replayed = new float[model.memory().floats()];
        engine.pool().read(2, replayed, 0);
        assertThat(replayed).as("%s", storage).isEqualTo(results.get("memory 0"));
      }
    }
  }
}
