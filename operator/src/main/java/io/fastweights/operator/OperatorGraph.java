package io.fastweights.operator;

import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.refresh.ModelChecker;
import io.fastweights.operator.runtime.EventTimeSorterFactory;
import io.fastweights.operator.runtime.FastWeightOperatorFactory;
import io.fastweights.operator.runtime.RefreshedOperatorFactory;
import io.fastweights.operator.scoring.ErrorRating;
import io.fastweights.operator.scoring.Loss;
import io.fastweights.operator.scoring.RatedError;
import io.fastweights.operator.scoring.Scorer;
import io.fastweights.operator.scoring.ShadowScorer;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.StoredNames;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SideOutputDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/**
 * The operators that a builder adds to a job: the memory's own, the sorter and the checker of new
 * weights before it, the scorer and the candidate after it.
 *
 * @param <T> element of the stream
 * @param <K> its key
 */
final class OperatorGraph<T, K> {
  private final FastWeights<T> builder;
  private final MemorySettings settings;
  private final KeyedStream<T, K> events;
  private final Configuration chosen;

  /**
   * @param chosen the builder's options and those of the job, checked
   */
  OperatorGraph(FastWeights<T> builder, KeyedStream<T, K> events, Configuration chosen) {
    this.builder = builder;
    this.settings = builder.settings;
    this.events = events;
    this.chosen = chosen;
  }

  /**
   * Adds the memory's operator, and those before it and after it.
   *
   * @param model that the spec gives
   */
  FastWeightStream<T> add(ModelSpec spec, EventModel model) {
    SingleOutputStreamOperator<CheckedWeights> models =
        settings.updates == null ? null : checked(new ModelChecker(spec, chosen, model));
    TypeInformation<T> element = events.getType();
    OutputTag<Malformed<T>> malformed = new OutputTag<>("malformed", Malformed.type(element));
    FastWeightOperatorFactory<T> factory =
        new FastWeightOperatorFactory<>(
            spec,
            settings.allowedLateness != null,
            events.getExecutionEnvironment().clean(builder.reader),
            chosen,
            malformed,
            serializer(element));
    SideOutputDataStream<T> late = null;
    KeyedStream<T, K> ordered = events;
    if (settings.allowedLateness != null) {
      OutputTag<T> lateTag = new OutputTag<>("late", element);
      SingleOutputStreamOperator<T> sorted =
          transform(
              events,
              settings.placement.name() + "-event-time",
              element,
              new EventTimeSorterFactory<>(
                  settings.allowedLateness,
                  builder.ties,
                  builder.afterSorter,
                  lateTag,
                  serializer(element)));
      settings.placement.settle(sorted, StoredNames.SORTER_UID);
      late = sorted.getSideOutput(lateTag);
      ordered = rekeyed(sorted, events.getKeySelector(), events.getKeyType(), models == null);
    }
    SingleOutputStreamOperator<Prediction<T>> predictions =
        models == null
            ? transform(ordered, settings.placement.name(), Prediction.type(element), factory)
            : ordered
                .connect(models.broadcast())
                .transform(
                    settings.placement.name(),
                    Prediction.type(element),
                    new RefreshedOperatorFactory<>(factory));
    settings.placement.settle(predictions, "");
    OutputTag<Prediction<T>> answersTag = new OutputTag<>("answers", Prediction.type(element));
    Supplier<DataStream<Prediction<T>>> answers =
        () -> {
          factory.answerTo(answersTag);
          return predictions.getSideOutput(answersTag);
        };
    return new FastWeightStream<>(
        predictions,
        malformed,
        late,
        models == null ? null : models.getSideOutput(ModelChecker.REFUSED),
        answers,
        () -> scored(answers.get()),
        () -> anomalies(answers.get(), null),
        settings.shadowed ? shadow(answers.get()) : null);
  }

  /** A single subtask checks new weights. */
  private SingleOutputStreamOperator<CheckedWeights> checked(ModelChecker checker) {
    SingleOutputStreamOperator<CheckedWeights> checked =
        settings.updates.global().process(checker, ModelChecker.CHECKED);
    settings.placement.identify(checked, StoredNames.CHECKER_UID);
    // No maximum parallelism: a chained sink would need the same one.
    return checked.setParallelism(1);
  }

  private static <I, O> SingleOutputStreamOperator<O> transform(
      KeyedStream<I, ?> events,
      String name,
      TypeInformation<O> type,
      OneInputStreamOperatorFactory<I, O> factory) {
    try {
      return events.transform(name, type, factory);
    } catch (ClassCastException e) {
      // Flink does not expose whether a stream is asynchronous.
      throw new IllegalArgumentException(
          "the stream has enableAsyncState(), and memories are in synchronous state: leave it out",
          e);
    }
  }

  /** After the operator: a candidate gets the events that the live weights have answered. */
  private FastWeightShadow<T> shadow(DataStream<Prediction<T>> predictions) {
    settings.requireTarget();
    FastWeights<Prediction<T>> shadow =
        builder.ofCandidate(byKeyOfEvent(predictions, settings.candidates == null));
    FastWeightStream<Prediction<T>> answers = shadow.build();
    KeySelector<T, K> key = events.getKeySelector();
    SingleOutputStreamOperator<Compared<T>> compared =
        rekeyed(
                answers.answers(),
                answer -> key.getKey(answer.event().event()),
                events.getKeyType(),
                true)
            .process(
                new ShadowScorer<K, T>(Loss.of(settings.target()), chosen),
                Compared.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    shadow.settings.placement.settle(compared, StoredNames.SCORER_UID);
    return new FastWeightShadow<>(answers, compared);
  }

  private KeyedStream<Prediction<T>, K> byKeyOfEvent(
      DataStream<Prediction<T>> predictions, boolean chained) {
    KeySelector<T, K> key = events.getKeySelector();
    return rekeyed(
        predictions, prediction -> key.getKey(prediction.event()), events.getKeyType(), chained);
  }

  /**
   * A stream that is already partitioned by its keys. If the next operator is not chained, the
   * stream must be partitioned again: schedulers and autoscalers give each vertex a parallelism of
   * its own, and between two that differ Flink deals the records of a forward edge out in turn
   * (FLINK-30213).
   *
   * @param chained true if Flink can chain the next operator, which has one input
   */
  static <S, K> KeyedStream<S, K> rekeyed(
      DataStream<S> partitioned, KeySelector<S, K> key, TypeInformation<K> type, boolean chained) {
    return chained && partitioned.getExecutionEnvironment().isChainingEnabled()
        ? DataStreamUtils.reinterpretAsKeyedStream(partitioned, key, type)
        : partitioned.keyBy(key, type);
  }

  /** After the operator, chained to it: a key's predictions stay in the subtask of its events. */
  SingleOutputStreamOperator<Scored<T>> scored(DataStream<Prediction<T>> predictions) {
    settings.requireTarget();
    Target target = settings.target();
    boolean isNumber = target instanceof Target.Number;
    boolean constant = isNumber && ((Target.Number) target).statistics() == Statistics.GIVEN;
    double deviation = constant ? ((Target.Number) target).deviation() : isNumber ? 0 : 1;
    SingleOutputStreamOperator<Scored<T>> scored =
        byKeyOfEvent(predictions, true)
            .process(
                new Scorer<K, T>(Loss.of(target), deviation, chosen, builder.beside),
                Scored.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    settings.placement.settle(scored, StoredNames.SCORER_UID);
    return scored;
  }

  /**
   * After the operator, chained to it as {@link #scored} is.
   *
   * @param error null for that of the target
   */
  SingleOutputStreamOperator<Anomaly<T>> anomalies(
      DataStream<Prediction<T>> predictions, RatedError<T> error) {
    settings.requireTarget();
    RatedError<T> rated = error == null ? RatedError.of(settings.target()) : error;
    SingleOutputStreamOperator<Anomaly<T>> anomalies =
        byKeyOfEvent(predictions, true)
            .process(new ErrorRating<K, T>(rated, chosen), Anomaly.type(events.getType()))
            .setParallelism(predictions.getParallelism());
    settings.placement.settle(anomalies, StoredNames.ANOMALY_UID);
    return anomalies;
  }

  private TypeSerializer<T> serializer(TypeInformation<T> element) {
    return element.createSerializer(events.getExecutionConfig().getSerializerConfig());
  }
}
