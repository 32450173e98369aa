package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job over messages must answer, bit for bit: the readable model, one event at a time, with
 * a plain map of memories.
 */
final class Expected {
  private final Schema schema;
  private final List<String> columns;
  private final AssociativeMemory model;
  private final InputEncoder inputs;
  private final ReferenceModel reference;
  private final EventFields fields;
  private final Map<String, float[]> memories = new HashMap<>();
  private final Map<String, EncodedEvent> lags = new HashMap<>();

  /**
   * @param seed of the random projection
   */
  Expected(Schema schema, List<String> columns, AssociativeMemory model, long seed) {
    this.schema = schema;
    this.columns = columns;
    this.model = model;
    this.inputs = InputEncoder.projection(schema, model.inputDim(), seed);
    this.reference = new ReferenceModel(model);
    this.fields = new EventFields(schema, columns);
  }

  /** The prediction's values, and its recall error last. */
  float[] answer(byte[] value) throws Exception {
    String[] cells = new String[columns.size()];
    new JsonParser(columns, schema.columns()).parse(value, cells);
    Message message = new Message("", 0, 0, 0, null, value, null, null);
    Event event = new EventCells(columns, schema).event(message, cells);
    RawEvent raw = schema.newEvent();
    fields.read(event, raw);
    EncodedEvent encoded = schema.encode(raw);
    float[] input = new float[model.inputDim()];
    inputs.encode(encoded, lags.get(event.key()), input, 0);
    float[] memory =
        memories.computeIfAbsent(event.key(), key -> new float[model.memory().floats()]);
    float[] target = encoded.observe() ? encoded.target() : null;
    ReferenceModel.Step step = reference.step(input, target, memory, encoded.observe());
    if (encoded.observe()) {
      lags.put(event.key(), encoded);
    }
    float[] values = new float[schema.target().dim() + 1];
    schema.target().predict(step.output(), 0, false, values);
    values[values.length - 1] = step.recallError();
    return values;
  }
}
