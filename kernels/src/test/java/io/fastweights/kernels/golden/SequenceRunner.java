package io.fastweights.kernels.golden;

import io.fastweights.kernels.cpu.CpuEngine;
import io.fastweights.kernels.cpu.ProvidedKernels;
import io.fastweights.kernels.cpu.ScalarKernels;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.SlowModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs sequences of events from empty memories; one for each thing that can run a model. */
interface SequenceRunner {

  /**
   * The results of sequences.
   *
   * @param hidden float[sequence][event][hiddenDim]
   * @param outputs float[sequence][event][outputDim]
   * @param memories float[sequence][memory floats], after the last event
   */
  record Result(float[][][] hidden, float[][][] outputs, float[][] memories) {}

  /**
   * @param inputs float[sequence][event][inputDim], all sequences of one length
   */
  Result run(SlowModel model, float[][][] inputs);

  /** Makes an engine with a slot for each sequence. */
  interface EngineFactory {
    Engine create(SlowModel model, int slots);
  }

  /** All of them by name: the reference and every engine. */
  static Map<String, SequenceRunner> all() {
    Map<String, SequenceRunner> runners = new LinkedHashMap<>();
    runners.put("reference", SequenceRunner::reference);
    runners.put(
        "cpu scalar", on((model, slots) -> new CpuEngine(model, slots, new ScalarKernels())));
    runners.put(
        "cpu as provided",
        on((model, slots) -> new CpuEngine(model, slots, ProvidedKernels.get())));
    return runners;
  }

  private static Result reference(SlowModel model, float[][][] inputs) {
    ReferenceModel reference = new ReferenceModel(model);
    int length = inputs[0].length;
    float[][][] hidden = new float[inputs.length][length][];
    float[][][] outputs = new float[inputs.length][length][];
    float[][] memories = new float[inputs.length][model.memory().floats()];
    for (int s = 0; s < inputs.length; s++) {
      for (int t = 0; t < length; t++) {
        ReferenceModel.Step step = reference.step(inputs[s][t], null, memories[s], true);
        hidden[s][t] = step.hidden();
        outputs[s][t] = step.output();
      }
    }
    return new Result(hidden, outputs, memories);
  }

  /** All events of all sequences in one batch, a segment for each sequence. */
  private static SequenceRunner on(EngineFactory engines) {
    return (model, inputs) -> {
      int length = inputs[0].length;
      EventBatch batch = new EventBatch(model, inputs.length * length);
      batch.clear();
      batch.poisonResults();
      for (int s = 0; s < inputs.length; s++) {
        batch.segment(s, true);
        for (int t = 0; t < length; t++) {
          int row = batch.add(true);
          System.arraycopy(
              inputs[s][t], 0, batch.inputs(), row * model.inputDim(), model.inputDim());
        }
      }
      float[][] memories = new float[inputs.length][model.memory().floats()];
      try (Engine engine = engines.create(model, inputs.length)) {
        engine.step(batch);
        for (int s = 0; s < inputs.length; s++) {
          engine.pool().read(s, memories[s], 0);
        }
      }
      return new Result(
          Sequences.split(batch.hidden(), inputs.length, length, model.hiddenDim()),
          Sequences.split(batch.outputs(), inputs.length, length, model.outputDim()),
          memories);
    };
  }
}
