package io.fastweights.kernels.math;

import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import java.util.HashMap;
import java.util.Map;

/**
 * The reference model over a stream of events, one at a time, with a plain map of memories. A job
 * must give the same bits.
 */
public final class KeyedReference {
  private final Model model;
  private final InputEncoder inputs;
  private final ReferenceModel reference;
  private final Map<String, float[]> memories = new HashMap<>();
  private final Map<String, EncodedEvent> lags = new HashMap<>();

  /**
   * @param inputs of the model
   */
  public KeyedReference(Model model, InputEncoder inputs) {
    this.model = model;
    this.inputs = inputs;
    this.reference = new ReferenceModel(model);
  }

  /** Answers an event of a key from the events before, and learns from it if it is observed. */
  public ReferenceModel.Step step(String key, EncodedEvent raw) {
    EncodedEvent event = inputs.standardised(raw, lags.get(key));
    float[] input = new float[model.inputDim()];
    inputs.encode(event, lags.get(key), input, 0);
    float[] memory = memories.computeIfAbsent(key, k -> new float[model.memory().floats()]);
    float[] target = event.observe() ? event.target() : null;
    ReferenceModel.Step step = reference.step(input, target, memory, event.observe());
    inputs.settle(event, step.output());
    if (event.observe()) {
      lags.put(key, event);
    }
    return step;
  }
}
