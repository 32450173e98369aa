package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.ForkedJvm;
import io.fastweights.kernels.cuda.SimulatedDevice.Control;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineContractTest;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.DenseProducts;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EngineResults;
import io.fastweights.kernels.engine.EngineScript;
import io.fastweights.kernels.engine.EngineScript.Event;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract with products by cuBLAS. The simulated one sums in another order for another number
 * of rows, and in full precision only on request.
 */
class CublasEngineTest extends EngineContractTest {
  @BeforeEach
  void loadDevice() {
    SimulatedDevice.load();
  }

  @Override
  protected Engine engine(Model model, int slots, Storage storage) {
    return new CudaEngine(model, options(slots, storage, DenseProducts.CUBLAS));
  }

  private static EngineOptions options(int slots, Storage storage, DenseProducts products) {
    return new EngineOptions(Device.CUDA, slots, 1, storage, 0, Long.MAX_VALUE, products);
  }

  @Override
  protected Map<String, Model> models(long seed) {
    return RandomModels.onDevices(seed);
  }

  @Override
  protected double tolerance(Storage storage) {
    // A product that differs in its last bit may round W to the next bf16.
    return storage == Storage.BF16 ? 0x1p-6 : 1e-5;
  }

  /** The last bit of a product can move a forget gate by a step. */
  @Override
  protected boolean isClose(Model model) {
    return !model.forgets();
  }

  @Override
  protected int seeds() {
    return 1;
  }

  /** A step is 1/4096 of an octave: 0.02% of W. */
  @Test
  void outputsWithForgetGatesAreWithinSomeStepsOfTheReference() {
    RandomModels.onDevices(1).values().stream()
        .filter(Model::forgets)
        .forEach(
            model -> {
              SplittableRandom random = new SplittableRandom(1);
              List<Event> events = RandomModels.events(model, 60, 3, random);
              EngineScript script = new EngineScript(model, events, 3);
              EngineResults expected = script.reference(Storage.FP32);
              try (Engine engine = engine(model, 3, Storage.FP32)) {
                EngineResults actual = script.run(engine, script.splits(random, 17));
                for (int i = 0; i < events.size(); i++) {
                  String output = "output " + i;
                  String difference =
                      EngineResults.difference(expected.get(output), actual.get(output), 1e-3);
                  assertThat(difference).as(output).isNull();
                }
              }
            });
  }

  /** More rows than one product takes, and a partial product. */
  @Test
  void aLargeBatchGivesTheBitsOfSmallOnes() {
    Model model = RandomModels.all(1).get("transformer");
    int events = 2 * CublasProducts.ROWS + 3;
    float[] whole = outputs(model, events, events);
    assertThat(outputs(model, events, 100)).isEqualTo(whole);
    assertThat(outputs(model, events, CublasProducts.ROWS)).isEqualTo(whole);
  }

  private float[] outputs(Model model, int events, int most) {
    float[] inputs = RandomModels.gaussian(new SplittableRandom(2), events * model.inputDim());
    float[] outputs = new float[events * model.outputDim()];
    EventBatch batch = new EventBatch(model, most);
    try (Engine engine = engine(model, 1, Storage.FP32)) {
      for (int at = 0; at < events; at += most) {
        int count = Math.min(most, events - at);
        batch.clear();
        batch.segment(0, at == 0);
        for (int i = 0; i < count; i++) {
          batch.add(true);
        }
        int dim = model.inputDim();
        System.arraycopy(inputs, at * dim, batch.inputs(), 0, count * dim);
        engine.step(batch);
        int out = model.outputDim();
        System.arraycopy(batch.outputs(), 0, outputs, at * out, count * out);
      }
    }
    return outputs;
  }

  @Test
  void namesWhatCublasMisses() {
    assertThat(CublasProducts.why(new UnsatisfiedLinkError("x\nlibcublas.so.12: cannot open")))
        .startsWith("libcublas.so.12 cannot be loaded");
    assertThat(CublasProducts.why(new UnsatisfiedLinkError("x\nNo resource found with name '/lib")))
        .isEqualTo("the jar of JCublas' natives for linux-x86_64 is not on the class path");
    assertThat(CublasProducts.why(new UnsatisfiedLinkError("one\ntwo\nthree"))).hasLineCount(1);
  }

  @Test
  void aFailedProductSaysSoAndLeavesNothing() {
    Model model = RandomModels.all(1).get("transformer");
    List<Long> held = SimulatedDevice.held();
    EventBatch batch = new EventBatch(model, 1);
    batch.clear();
    batch.segment(0, true);
    batch.add(true);
    try (Engine engine = engine(model, 1, Storage.FP32)) {
      // The first launch is a layer norm.
      SimulatedDevice.set(Control.FAIL_LAUNCH, 2);
      assertThatThrownBy(() -> engine.step(batch))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("cuBLAS cannot multiply 256 rows")
          .hasMessageContaining("CUBLAS_STATUS_EXECUTION_FAILED");
      SimulatedDevice.set(Control.RESET, 0);
    }
    assertThat(SimulatedDevice.held()).isEqualTo(held);
  }

  @Test
  void ownKernelsMultiplyWhereCublasCannotBeLoaded() throws Exception {
    String output =
        ForkedJvm.run(
            WithoutCublas.class,
            List.of("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")));
    assertThat(output.split("libcublas.so.12 cannot be loaded"))
        .as("a warning, once:%n%s", output)
        .hasSize(2);
    assertThat(output).contains("the same bits");
  }

  /** Runs in a process without a libcublas.so.12. */
  static final class WithoutCublas {
    public static void main(String[] args) {
      SimulatedDevice.loadDriver();
      Model model = RandomModels.all(1).get("cell");
      float[] own = output(model, DenseProducts.OWN);
      for (int i = 0; i < 2; i++) {
        if (Arrays.equals(own, output(model, DenseProducts.CUBLAS))) {
          System.out.println("the same bits");
        }
      }
    }

    private static float[] output(Model model, DenseProducts products) {
      EventBatch batch = new EventBatch(model, 1);
      batch.clear();
      batch.segment(0, true);
      batch.add(true);
      batch.inputs()[0] = 1;
      try (Engine engine = new CudaEngine(model, options(1, Storage.FP32, products))) {
        engine.step(batch);
        return batch.outputs();
      }
    }
  }
}
