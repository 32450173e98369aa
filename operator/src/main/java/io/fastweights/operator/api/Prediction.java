package io.fastweights.operator.api;

import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * What the operator answers to an event, before learning from it.
 *
 * @param <T> element of the stream
 */
public final class Prediction<T> {
  private T event;
  private long timestamp;
  private boolean observed;
  private float[] values;
  private float recallError;
  private String id;
  private float[] target;
  private float[] embedding;
  private long modelVersion;
  private long seen;

  /** For Flink's serializer. */
  public Prediction() {}

  public Prediction(T event, long timestamp, boolean observed, float[] values, float recallError) {
    this.event = event;
    this.timestamp = timestamp;
    this.observed = observed;
    this.values = values;
    this.recallError = recallError;
  }

  public Prediction<T> id(String value) {
    id = value;
    return this;
  }

  public Prediction<T> target(float[] value) {
    target = value;
    return this;
  }

  public Prediction<T> embedding(float[] value) {
    embedding = value;
    return this;
  }

  public Prediction<T> modelVersion(long value) {
    modelVersion = value;
    return this;
  }

  public Prediction<T> seen(long value) {
    seen = value;
    return this;
  }

  /** The same prediction of another element. */
  public <S> Prediction<S> of(S other) {
    return new Prediction<>(other, timestamp, observed, values, recallError)
        .id(id)
        .target(target)
        .embedding(embedding)
        .modelVersion(modelVersion)
        .seen(seen);
  }

  /** The element that was asked or observed. */
  public T event() {
    return event;
  }

  /** The event's time, in milliseconds since 1970-01-01 UTC. */
  public long timestamp() {
    return timestamp;
  }

  /** Whether the memory learned from the event; else it was an ask. */
  public boolean observed() {
    return observed;
  }

  /**
   * The prediction: a probability for each class, the probability of true, the number; or the
   * model's outputs where the schema names no target.
   */
  public float[] values() {
    return values;
  }

  /**
   * How surprising the event was to its key's memory: the mean over heads and layers of |v -
   * v_old|^2 / |v|^2 (an associative memory: not divided). NaN where the value is not known yet.
   */
  public float recallError() {
    return recallError;
  }

  /**
   * How many events the key had learned when it was asked: all that it observed before this one,
   * since it was last forgotten. At 0 its memory was empty, and an untrained one then answers 0
   * whatever is asked, as a probability too: nothing to act on yet.
   */
  public long seen() {
    return seen;
  }

  /** The id that the reader gave the event; null where it has none. */
  public String id() {
    return id;
  }

  /**
   * What came true, on the scale of {@link #values()}: 1 for the true class and 0 for the others, 1
   * or 0, the number. Null for an ask, and where the model has no target.
   */
  public float[] target() {
    return target;
  }

  /**
   * The event in its key's context, as the model's last layer has it before the head: a vector to
   * search by or to feed another model. Null unless {@link FastWeightOptions#EMBEDDING} is set.
   */
  public float[] embedding() {
    return embedding;
  }

  /** The {@link ModelUpdate#version} of the weights that predicted; 0 for the job's own. */
  public long modelVersion() {
    return modelVersion;
  }

  /**
   * The most probable classes, the most probable first; of equal ones the first in the schema.
   *
   * @param k how many; fewer where the schema has fewer
   * @param schema the operator's, with a target of classes
   */
  public List<ClassProbability> topK(int k, Schema schema) {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", must be at least 1");
    }
    if (!(schema.target() instanceof Target.Classes target)) {
      throw new IllegalArgumentException("the schema's target has no classes");
    }
    if (target.dim() != values.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the prediction has %d values, the schema %d classes",
              values.length,
              target.dim()));
    }
    return IntStream.range(0, values.length)
        .mapToObj(i -> new ClassProbability(target.classes().get(i), values[i]))
        .sorted(Comparator.comparing(ClassProbability::probability).reversed())
        .limit(k)
        .toList();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Prediction[%s, at %d, %s, %s, recall error %s]",
        event,
        timestamp,
        observed ? "observed" : "asked",
        java.util.Arrays.toString(values),
        recallError);
  }

  /** Type information made of the element's; no generic types. */
  public static <T> TypeInformation<Prediction<T>> type(TypeInformation<T> element) {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("event", element);
    fields.put("timestamp", Types.LONG);
    fields.put("observed", Types.BOOLEAN);
    fields.put("values", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("recallError", Types.FLOAT);
    fields.put("id", Types.STRING);
    fields.put("target", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("embedding", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("modelVersion", Types.LONG);
    fields.put("seen", Types.LONG);
    return Erased.pojo(Prediction.class, fields);
  }
}
