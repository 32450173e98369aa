package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.schema.Target;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/**
 * Asks the memory of a key of a savepoint, or the trained ones of two keys: the answer that their
 * next event would get.
 */
final class MemoryQuestion implements AutoCloseable {
  /** Stands for every value of a categorical field. */
  private static final String EVERY = "*";

  private final Schema schema;
  private final AskedMemory first;
  private final AskedMemory second;
  private final SecondStage stage;

  /**
   * @param model that formed the memories: a schema of one key, and weights or none
   * @param options of the job
   * @throws IllegalArgumentException if the memories are not of this model
   */
  MemoryQuestion(
      JobModel model, Configuration options, MemorySavepoint savepoint, NamedMemory memory) {
    schema = model.schema();
    first = new AskedMemory(schema, model.weights(), options, savepoint, memory);
    second = null;
    stage = null;
  }

  /**
   * The same of events with two keys.
   *
   * @param model with the weights of both
   * @param firsts the memories of first keys
   * @param seconds the memories of second keys
   */
  MemoryQuestion(
      JobModel model,
      Configuration options,
      MemorySavepoint firsts,
      NamedMemory memory,
      MemorySavepoint seconds,
      NamedMemory secondMemory) {
    Schema whole = model.schema().withConstants(Map.of());
    schema = Schema.of(whole.fields(), whole.target());
    stage = new SecondStage(model.schema());
    first = new AskedMemory(schema, model.weights(), options, firsts, memory);
    second = new AskedMemory(stage.schema(), model.second(), options, seconds, secondMemory);
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

  /** Time of the last event of the memories, in milliseconds since 1970-01-01 UTC. */
  long lastEvent() {
    return second == null ? first.lastEvent() : Math.max(first.lastEvent(), second.lastEvent());
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
    RawEvent event = first.newEvent();
    event.timestamp(time).ask();
    values.forEach((field, value) -> event.set(schema.field(field), value));
    float[] answer = first.answer(event);
    if (second == null) {
      return answer;
    }
    RawEvent fed = second.newEvent();
    fed.timestamp(time).ask();
    stage.fill(fed, event, answer);
    return second.answer(fed);
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
    try (first) {
      if (second != null) {
        second.close();
      }
    }
  }
}
