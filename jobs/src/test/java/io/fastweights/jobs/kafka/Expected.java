package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventCells;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.kernels.math.KeyedReference;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import java.util.List;

/**
 * Expected results of a job over messages, bit for bit: the reference model, one event at a time,
 * with a plain map of memories.
 */
final class Expected {
  private final Schema schema;
  private final List<String> columns;
  private final KeyedReference reference;
  private final EventFields fields;

  /**
   * @param seed of the random projection
   */
  Expected(Schema schema, List<String> columns, AssociativeMemory model, long seed) {
    this.schema = schema;
    this.columns = columns;
    this.reference =
        new KeyedReference(model, InputEncoder.projection(schema, model.inputDim(), seed));
    this.fields = new EventFields(schema, columns);
  }

  /** The prediction's values, and its recall error last. */
  float[] answer(byte[] value) throws Exception {
    String[] cells = new String[columns.size()];
    new JsonLineParser(columns, schema.columns()).parse(JsonText.of(value), cells);
    Message message = new Message("", 0, 0, 0, null, value, null, null);
    Event event = new EventCells(columns, schema).event(message, "", cells);
    RawEvent raw = schema.newEvent();
    fields.read(event, raw);
    ReferenceModel.Step step = reference.step(event.key(), schema.encode(raw));
    float[] values = new float[schema.target().dim() + 1];
    schema.target().predict(step.output(), 0, false, values);
    values[values.length - 1] = step.recallError();
    return values;
  }
}
