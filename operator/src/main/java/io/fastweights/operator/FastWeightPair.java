package io.fastweights.operator;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.scoring.Beside;
import io.fastweights.operator.scoring.RatedError;
import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Gives events with two keys a memory at both: a user and an item, an origin and a destination.
 *
 * <pre>{@code
 * DataStream<Prediction<Flight>> predictions =
 *     FastWeights.on(flights)
 *         .key("origin", Flight::origin)
 *         .key("destination", Flight::destination)
 *         .schema(schema, (flight, event) -> event
 *             .timestamp(flight.departure())
 *             .set("origin", flight.origin())
 *             .set("destination", flight.destination())
 *             .target(flight.late()))
 *         .build()
 *         .predictions();
 * }</pre>
 *
 * An event visits the memory of its first key, then that of its second key. The first memory
 * predicts the target; its answer is a field of the second memory, which predicts what that answer
 * leaves over. The prediction is the sum. When the label comes, both learn: the second one from
 * what the first one answers then, just before it learns. A field of a key's name is left out in
 * that key's memory, where it never changes. Both memories are associative ones, unless {@link
 * #weights} gives each a trained model.
 *
 * <p>Events are processed in event time in both memories, as {@link FastWeights#eventTime}
 * describes. So the predictions do not depend on the parallelism. The stream needs timestamps and
 * watermarks. At the second key, events of one time are ordered by their first keys.
 *
 * @param <T> element of the stream
 */
@PublicEvolving
public final class FastWeightPair<T> {
  private static final int KEYS = 2;

  private final DataStream<T> stream;
  private final Configuration options = new Configuration();
  private final List<Key<T, ?>> keys = new ArrayList<>();
  private Schema schema;
  private SlowWeights firstWeights;
  private SlowWeights secondWeights;
  private EventReader<T> reader;
  private Beside<T> beside;
  private Duration lateness = Duration.ZERO;
  private Placement placement = Placement.DEFAULT;

  FastWeightPair(DataStream<T> stream) {
    this.stream = stream;
  }

  /**
   * A key of an event.
   *
   * @param type null to derive it from the selector
   */
  private record Key<T, K>(String name, KeySelector<T, K> selector, TypeInformation<K> type) {
    KeyedStream<T, K> of(DataStream<T> stream) {
      return type == null ? stream.keyBy(selector) : stream.keyBy(selector, type);
    }
  }

  /**
   * Adds the next key. An event visits the memories in the order of these calls.
   *
   * @param name of the key; a field of this name is left out in its memory
   */
  public <K> FastWeightPair<T> key(String name, KeySelector<T, K> selector) {
    return key(name, selector, null);
  }

  /** The same for a selector whose type Flink cannot derive. */
  public <K> FastWeightPair<T> key(
      String name, KeySelector<T, K> selector, TypeInformation<K> type) {
    if (keys.size() == KEYS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "key '%s' is the third, an event may have two", name));
    }
    if (name.isBlank() || !keys.isEmpty() && keys.get(0).name().equals(name)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "key name '%s' is blank or that of the first key", name));
    }
    keys.add(new Key<>(name, selector, type));
    return this;
  }

  /** Events have the fields of a schema with a target; the reader fills them from an element. */
  public FastWeightPair<T> schema(Schema value, EventReader<T> eventReader) {
    schema = value;
    reader = eventReader;
    return this;
  }

  /**
   * Sets the trained models of both keys, as {@code train} writes them. Each sees all fields, the
   * second one also the answer of the first one; its answer is the prediction. Their schemas are
   * that of this builder and its {@link io.fastweights.kernels.schema.SecondStage}.
   *
   * @throws IllegalArgumentException if one of them is null
   */
  public FastWeightPair<T> weights(SlowWeights first, SlowWeights second) {
    if (first == null || second == null) {
      throw new IllegalArgumentException(
          "the weights of the " + (first == null ? "first" : "second") + " key are null");
    }
    firstWeights = first;
    secondWeights = second;
    return this;
  }

  /**
   * Sets the allowed lateness, in addition to that of the stream's watermarks; 0 by default. Later
   * events go to {@link FastWeightPairStream#late()}.
   */
  public FastWeightPair<T> eventTime(Duration allowedLateness) {
    lateness = FastWeights.checked(allowedLateness);
    return this;
  }

  /** Guesses that {@link FastWeightPairStream#scored()} scores beside the predictions. */
  @Internal
  public FastWeightPair<T> beside(Beside<T> guesses) {
    beside = guesses;
    return this;
  }

  /** Sets one of {@link FastWeightOptions}, for both memories. */
  public <V> FastWeightPair<T> set(ConfigOption<V> option, V value) {
    options.set(option, value);
    return this;
  }

  /** The beginning of the operators' names in the job graph, before the names of the keys. */
  public FastWeightPair<T> name(String value) {
    placement = placement.withName(value);
    return this;
  }

  /**
   * The uid of the first key's operator; those of the other operators are derived from it, that of
   * the second key by the end {@code -second}.
   */
  public FastWeightPair<T> uid(String value) {
    placement = placement.withUid(value);
    return this;
  }

  /** Parallelism of both operators and of those beside them; the job's by default. */
  public FastWeightPair<T> parallelism(int value) {
    placement = placement.withParallelism(value);
    return this;
  }

  /** Maximum parallelism, as {@link FastWeights#maxParallelism}. */
  public FastWeightPair<T> maxParallelism(int value) {
    placement = placement.withMaxParallelism(value);
    return this;
  }

  /**
   * Adds the operators to the job.
   *
   * @throws IllegalArgumentException as {@link FastWeights#build} does, or if there are not two
   *     keys, or the schema has no target
   * @throws IllegalStateException if the job is set to BATCH execution
   */
  public FastWeightPairStream<T> build() {
    if (keys.size() != KEYS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "key(...) was called %d times, must be called twice; FastWeights.on(stream.keyBy(...))"
                  + " is for one key",
              keys.size()));
    }
    if (schema == null) {
      throw new IllegalArgumentException("schema(...) must say what an event is");
    }
    return build(keys.get(0), keys.get(1));
  }

  private <A, B> FastWeightPairStream<T> build(Key<T, A> firstKey, Key<T, B> secondKey) {
    boolean trained = firstWeights != null;
    PairModel model = new PairModel(schema, firstKey.name(), secondKey.name(), trained);
    KeyedStream<T, A> byFirst = firstKey.of(stream);
    KeyedStream<T, B> bySecond = secondKey.of(stream);
    // Before an operator is added to the job.
    KeyTypes.check(bySecond.getKeyType());
    Schema firstSchema = model.first();
    Schema secondSchema = model.second();
    FastWeightStream<T> first =
        memory(byFirst, placement.beside("-" + firstKey.name(), ""))
            .schema(firstSchema, new PairReaders.First<>(model, reader))
            .weights(firstWeights)
            .eventTime(lateness)
            .build();
    FastWeights<Prediction<T>> secondMemory =
        memory(
                answered(first, bySecond),
                placement.beside("-" + secondKey.name(), StoredNames.SECOND_UID))
            .schema(
                secondSchema,
                trained
                    ? new PairReaders.Stage<>(model, reader)
                    : new PairReaders.Second<>(model, reader))
            .weights(secondWeights)
            .eventTime(Duration.ZERO)
            .afterSorter(byFirstKey(byFirst));
    FastWeightStream<Prediction<T>> second = secondMemory.build();
    SingleOutputStreamOperator<Prediction<T>> predictions = sum(second, model);
    FastWeights<T> labelled = memory(bySecond, placement).schema(schema, reader).beside(beside);
    return new FastWeightPairStream<>(
        predictions,
        first,
        second,
        () -> labelled.scored(predictions),
        () -> rated(secondMemory, second, model),
        placement);
  }

  /** The builder of the memory of one key. */
  private <E> FastWeights<E> memory(KeyedStream<E, ?> events, Placement at) {
    return new FastWeights<>(events, new MemorySettings(options, at));
  }

  /** The first memory's predictions by the second keys of their events. */
  private static <T, K> KeyedStream<Prediction<T>, K> answered(
      FastWeightStream<T> first, KeyedStream<T, K> bySecond) {
    KeySelector<T, K> selector = bySecond.getKeySelector();
    return first
        .predictions()
        .keyBy(prediction -> selector.getKey(prediction.event()), bySecond.getKeyType());
  }

  private <K> FirstKeyOrder<T, K> byFirstKey(KeyedStream<T, K> byFirst) {
    SerializerConfig config = stream.getExecutionConfig().getSerializerConfig();
    return new FirstKeyOrder<>(
        byFirst.getKeySelector(), byFirst.getKeyType().createSerializer(config));
  }

  /**
   * Ratings by the errors of each second key. A recall error of the second of two memories without
   * weights is relative to what the first one leaves over, and says little where that is small.
   */
  private SingleOutputStreamOperator<Anomaly<T>> rated(
      FastWeights<Prediction<T>> memory, FastWeightStream<Prediction<T>> second, PairModel model) {
    PairAnswer<T> answer = new PairAnswer<>(model);
    RatedError<Prediction<T>> error =
        model.trained() ? null : both -> RatedError.absolute(answer.map(both));
    SingleOutputStreamOperator<Anomaly<T>> anomalies =
        memory
            .anomalies(second.predictions(), error)
            .map(
                rated ->
                    new Anomaly<>(
                        answer.map(rated.prediction()), rated.anomaly(), rated.isAnomaly()))
            .returns(Anomaly.type(stream.getType()))
            .setParallelism(second.predictions().getParallelism());
    placement.settle(anomalies, StoredNames.ANOMALY_ANSWER_UID);
    return anomalies;
  }

  private SingleOutputStreamOperator<Prediction<T>> sum(
      FastWeightStream<Prediction<T>> second, PairModel model) {
    SingleOutputStreamOperator<Prediction<T>> predictions =
        second
            .predictions()
            .map(new PairAnswer<T>(model))
            .returns(Prediction.type(stream.getType()))
            // Chained to the second memory: the default would be the job's.
            .setParallelism(second.predictions().getParallelism());
    placement.settle(predictions, StoredNames.ANSWER_UID);
    return predictions;
  }
}
