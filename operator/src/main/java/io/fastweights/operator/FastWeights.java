package io.fastweights.operator;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * Gives every key of a stream a memory that learns:
 *
 * <pre>{@code
 * DataStream<Prediction<Flight>> predictions =
 *     FastWeights.on(flights.keyBy(Flight::origin))
 *         .schema(schema, (flight, event) -> event
 *             .timestamp(flight.departure())
 *             .set(0, flight.destination())
 *             .target(flight.late()))
 *         .build()
 *         .predictions();
 * }</pre>
 *
 * Without {@link #weights} the model is an associative memory, which needs no training.
 *
 * @param <T> element of the stream
 */
public final class FastWeights<T> {
  static final String NO_BATCH =
      "fastweights runs in STREAMING execution: in BATCH a key's state is gone when the next key"
          + " comes, and memories would be lost; set execution.runtime-mode to STREAMING (a"
          + " bounded input is fine)";

  private final KeyedStream<T, ?> stream;
  private final Configuration options = new Configuration();
  private Schema schema;
  private EventReader<T> reader;
  private SlowWeights weights;
  private int vectorTargetDim;
  private String name = "fast-weights";
  private String uid;

  private FastWeights(KeyedStream<T, ?> stream) {
    this.stream = stream;
  }

  /** A memory for each key of this stream. */
  public static <T> FastWeights<T> on(KeyedStream<T, ?> stream) {
    return new FastWeights<>(stream);
  }

  /** Events have the fields of a schema; the reader fills them from an element. */
  public FastWeights<T> schema(Schema value, EventReader<T> eventReader) {
    schema = value;
    reader = eventReader;
    return this;
  }

  /**
   * Events are vectors: the reader calls {@link
   * io.fastweights.kernels.schema.RawEvent#vector(float[])} with the model's input, and for an
   * associative memory {@link io.fastweights.kernels.schema.RawEvent#target(float[])}.
   *
   * @param targetDim floats of a target; 0 where the weights' model takes none
   */
  public FastWeights<T> vectors(int targetDim, EventReader<T> eventReader) {
    vectorTargetDim = targetDim;
    schema = null;
    reader = eventReader;
    return this;
  }

  /** The trained model; without it an associative memory learns from zero. */
  public FastWeights<T> weights(SlowWeights value) {
    weights = value;
    return this;
  }

  /** Sets one of {@link FastWeightOptions}. */
  public <V> FastWeights<T> set(ConfigOption<V> option, V value) {
    options.set(option, value);
    return this;
  }

  /** The operator's name in the job graph. */
  public FastWeights<T> name(String value) {
    name = value;
    return this;
  }

  /** The operator's id, by which a savepoint finds its memories again. */
  public FastWeights<T> uid(String value) {
    uid = value;
    return this;
  }

  /**
   * Adds the operator to the job.
   *
   * @throws IllegalArgumentException if an option is out of its range, or the weights do not fit
   *     the schema
   * @throws IllegalStateException if the job is set to BATCH execution
   */
  public FastWeightStream<T> build() {
    ReadableConfig job = stream.getExecutionEnvironment().getConfiguration();
    if (job.get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH) {
      throw new IllegalStateException(NO_BATCH);
    }
    if (reader == null) {
      throw new IllegalArgumentException("schema(...) or vectors(...) must say what an event is");
    }
    Configuration chosen = options(job);
    ModelSpec spec =
        new ModelSpec(schema == null ? null : SchemaJson.write(schema), weights, vectorTargetDim);
    spec.create(chosen);

    TypeInformation<T> element = stream.getType();
    OutputTag<Malformed<T>> malformed = new OutputTag<>("malformed", Malformed.type(element));
    FastWeightOperatorFactory<T> factory =
        new FastWeightOperatorFactory<>(
            spec,
            stream.getExecutionEnvironment().clean(reader),
            chosen,
            malformed,
            element.createSerializer(stream.getExecutionConfig().getSerializerConfig()));
    SingleOutputStreamOperator<Prediction<T>> predictions =
        stream.transform(name, Prediction.type(element), factory);
    if (uid != null) {
      predictions.uid(uid);
    }
    return new FastWeightStream<>(predictions, malformed);
  }

  private Configuration options(ReadableConfig job) {
    Configuration chosen = new Configuration();
    FastWeightOptions.all().forEach(option -> choose(option, job, chosen));
    OptionRanges.check(chosen);
    return chosen;
  }

  private <V> void choose(ConfigOption<V> option, ReadableConfig job, Configuration chosen) {
    chosen.set(option, options.getOptional(option).orElseGet(() -> job.get(option)));
  }
}
