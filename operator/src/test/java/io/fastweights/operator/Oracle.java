package io.fastweights.operator;

import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the operator must answer, bit for bit: the readable model, one event at a time, with a plain
 * map of memories.
 */
final class Oracle {
  private final Model model;
  private final Schema schema;
  private final InputEncoder inputs;
  private final EventReader<Trip> reader;
  private final ReferenceModel reference;
  private final Map<String, float[]> memories = new HashMap<>();
  private final Map<String, EncodedEvent> lags = new HashMap<>();

  /**
   * @param schema null where events are vectors
   * @param inputs null where events are vectors
   */
  Oracle(Model model, Schema schema, InputEncoder inputs, EventReader<Trip> reader) {
    this.model = model;
    this.schema = schema;
    this.inputs = inputs;
    this.reader = reader;
    this.reference = new ReferenceModel(model);
  }

  List<String> answers(List<Trip> trips) {
    return trips.stream().map(this::answer).toList();
  }

  /** The keys that have observed something, with their memories. */
  Map<String, float[]> memories() {
    Map<String, float[]> learned = new HashMap<>(memories);
    learned.keySet().retainAll(lags.keySet());
    return learned;
  }

  String answer(Trip trip) {
    EncodedEvent event;
    try {
      event = encode(trip);
    } catch (MalformedEventException | RuntimeException e) {
      return Answers.refusal(trip);
    }
    EncodedEvent lag = lags.get(trip.key);
    if (lag != null && event.timestamp() < lag.timestamp()) {
      return Answers.refusal(trip);
    }
    float[] input = event.vector();
    if (inputs != null) {
      input = new float[model.inputDim()];
      inputs.encode(event, lag, input, 0);
    }
    float[] target = model.targetDim() > 0 && event.observe() ? event.target() : null;
    float[] memory = memories.computeIfAbsent(trip.key, key -> new float[model.memory().floats()]);
    ReferenceModel.Step step = reference.step(input, target, memory, event.observe());
    if (event.observe()) {
      lags.put(trip.key, event);
    }
    float[] values = step.output();
    if (schema != null && schema.target() != null) {
      values = new float[schema.target().dim()];
      schema.target().predict(step.output(), 0, model instanceof SlowModel, values);
    }
    return Answers.line(trip, event.timestamp(), event.observe(), values, step.recallError());
  }

  private EncodedEvent encode(Trip trip) throws MalformedEventException {
    RawEvent event = schema == null ? new RawEvent(0) : schema.newEvent();
    reader.read(trip, event);
    return schema == null
        ? Schema.encodeVector(event, model.inputDim(), model.targetDim())
        : schema.encode(event);
  }
}
