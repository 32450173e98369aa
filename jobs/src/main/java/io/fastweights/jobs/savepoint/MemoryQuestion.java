package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/** Asks one key's memory of a savepoint: the answer that its next event would get. */
final class MemoryQuestion implements AutoCloseable {
  /** Stands for every value of a categorical field. */
  private static final String EVERY = "*";

  private final Schema schema;
  private final EventModel events;
  private final Engine engine;
  private final EventBatch batch;
  private final EncodedEvent lag;

  /**
   * @param model that formed the memories: a schema, and weights or none
   * @param options of the job
   * @throws IllegalArgumentException if the memories are not of this model
   */
  MemoryQuestion(
      JobModel model, Configuration options, MemorySavepoint savepoint, NamedMemory memory) {
    schema = model.schema();
    events = new ModelSpec(SchemaJson.write(schema), model.weights(), 0).create(options);
    String stored = savepoint.recipe().toString();
    if (!stored.equals(events.recipe()) || !savepoint.shape().equals(events.model().memory())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the memories are of shape %s, %s; the schema and the weights give shape %s, %s",
              savepoint.shape(),
              stored,
              events.model().memory(),
              events.recipe()));
    }
    engine = EngineProvider.create(events.model(), EngineOptions.cpu(1));
    engine.pool().write(0, memory.weights(), 0);
    batch = new EventBatch(events.model(), 1);
    lag = memory.last();
  }

  /**
   * Reads "destination=LAX,hour=*".
   *
   * @throws IllegalArgumentException if a part names no field, or no value
   */
  static Map<String, String> values(List<String> parts) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : parts) {
      int at = part.indexOf('=');
      if (at < 1) {
        throw new IllegalArgumentException(
            "--ask has '" + part + "', must be FIELD=VALUE,FIELD=VALUE");
      }
      values.put(part.substring(0, at), part.substring(at + 1));
    }
    return values;
  }

  /** Prints the answer, or one for each value of the field whose value is *. */
  void print(Map<String, String> values, long time, PrintWriter out)
      throws MalformedEventException {
    if (schema.target() instanceof Target.Item) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s is an item: a question has no candidates to rank",
              schema.target().name()));
    }
    String swept = swept(values);
    out.println(swept == null ? "answer" : "answers by " + swept);
    for (Map.Entry<String, String> answer : answers(values, time).entrySet()) {
      out.printf(Locale.ROOT, "  %-20s %s%n", answer.getKey(), answer.getValue());
    }
    out.println();
  }

  /** The field whose value is *; null for none. */
  private static String swept(Map<String, String> values) {
    String swept = null;
    for (Map.Entry<String, String> value : values.entrySet()) {
      swept = value.getValue().equals(EVERY) ? value.getKey() : swept;
    }
    return swept;
  }

  /** The answer, by an empty text, or one for each value of the field whose value is *. */
  Map<String, String> answers(Map<String, String> values, long time)
      throws MalformedEventException {
    String swept = swept(values);
    Map<String, String> answers = new LinkedHashMap<>();
    for (String value : swept == null ? List.of("") : vocabulary(swept)) {
      Map<String, String> asked = new LinkedHashMap<>(values);
      if (swept != null) {
        asked.put(swept, value);
      }
      answers.put(value, text(answer(asked, time)));
    }
    return answers;
  }

  private List<String> vocabulary(String name) {
    Field field = schema.fields().get(schema.field(name));
    if (!(field instanceof Field.Categorical categorical)) {
      throw new IllegalArgumentException(
          "field " + name + " has no list of values: only a categorical field can be *");
    }
    return categorical.vocabulary();
  }

  private float[] answer(Map<String, String> values, long time) throws MalformedEventException {
    RawEvent event = events.newEvent();
    event.timestamp(time).ask();
    values.forEach((field, value) -> event.set(schema.field(field), value));
    batch.clear();
    batch.segment(0, false);
    batch.add(false);
    EncodedEvent asked = events.standardised(events.encode(event), lag);
    events.write(asked, lag, batch.inputs(), batch.targets(), 0);
    engine.step(batch);
    return events.predict(asked, batch.outputs(), 0);
  }

  private String text(float[] answer) {
    if (!(schema.target() instanceof Target.Classes classes)) {
      return String.format(Locale.ROOT, "%s %.4f", schema.target().name(), answer[0]);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < answer.length; i++) {
      text.append(String.format(Locale.ROOT, "%s %.4f  ", classes.classes().get(i), answer[i]));
    }
    return text.toString().stripTrailing();
  }

  @Override
  public void close() {
    engine.close();
  }
}
