package io.fastweights.operator;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.stored.StoredNames;
import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.typeutils.EitherTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.co.CoMapFunction;
import org.apache.flink.types.Either;

/**
 * Output of an operator over two streams: questions and facts.
 *
 * @param <Q> question
 * @param <F> fact
 */
@PublicEvolving
public final class FastWeightJoin<Q, F> {
  private final FastWeightStream<Either<Q, F>> all;
  private final TypeInformation<Q> question;
  private final TypeInformation<F> fact;

  private FastWeightJoin(
      FastWeightStream<Either<Q, F>> all, TypeInformation<Q> question, TypeInformation<F> fact) {
    this.all = all;
    this.question = question;
    this.fact = fact;
  }

  /**
   * Both streams are partitioned by key into one operator that tags the elements; the next
   * operators are chained to it.
   */
  static <Q, K, F> FastWeightJoin<Q, F> of(
      FastWeights<Q> builder,
      KeyedStream<Q, K> questions,
      EventReader<Q> questionReader,
      KeyedStream<F, ?> facts,
      EventReader<F> factReader) {
    if (!questions.getKeyType().equals(facts.getKeyType())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "questions have keys of type %s, facts of type %s",
              questions.getKeyType(),
              facts.getKeyType()));
    }
    @SuppressWarnings("unchecked") // the types are equal
    KeySelector<F, K> factKey = (KeySelector<F, K>) facts.getKeySelector();
    KeySelector<Q, K> questionKey = questions.getKeySelector();
    SingleOutputStreamOperator<Either<Q, F>> both =
        questions
            .connect(facts)
            .map(new Tag<>(), new EitherTypeInfo<>(questions.getType(), facts.getType()));
    builder.settings.placement.settle(both, StoredNames.JOIN_UID);
    KeyedStream<Either<Q, F>, K> keyed =
        OperatorGraph.rekeyed(
            both,
            event ->
                event.isLeft() ? questionKey.getKey(event.left()) : factKey.getKey(event.right()),
            questions.getKeyType(),
            builder.beginsWithOneInput());
    FastWeightStream<Either<Q, F>> all =
        new FastWeights<>(keyed, builder.settings)
            .reader(new Reader<>(questionReader, factReader))
            .ties((a, b) -> Boolean.compare(b.isLeft(), a.isLeft()))
            .build();
    return new FastWeightJoin<>(all, questions.getType(), facts.getType());
  }

  private static final class Tag<Q, F> implements CoMapFunction<Q, F, Either<Q, F>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Either<Q, F> map1(Q question) {
      return Either.Left(question);
    }

    @Override
    public Either<Q, F> map2(F fact) {
      return Either.Right(fact);
    }
  }

  private record Reader<Q, F>(EventReader<Q> questions, EventReader<F> facts)
      implements EventReader<Either<Q, F>> {
    @Override
    public void read(Either<Q, F> value, RawEvent event) throws MalformedEventException {
      if (value.isLeft()) {
        event.ask();
        questions.read(value.left(), event);
      } else {
        facts.read(value.right(), event);
      }
    }
  }

  /** One prediction for each question. */
  public DataStream<Prediction<Q>> questions() {
    FlatMapFunction<Prediction<Either<Q, F>>, Prediction<Q>> left =
        (prediction, out) -> {
          if (prediction.event().isLeft()) {
            out.collect(prediction.of(prediction.event().left()));
          }
        };
    return all.predictions().flatMap(left).returns(Prediction.type(question));
  }

  /** Predictions for the facts, each made before the fact was learned. */
  public DataStream<Prediction<F>> facts() {
    FlatMapFunction<Prediction<Either<Q, F>>, Prediction<F>> right =
        (prediction, out) -> {
          if (prediction.event().isRight()) {
            out.collect(prediction.of(prediction.event().right()));
          }
        };
    return all.predictions().flatMap(right).returns(Prediction.type(fact));
  }

  /** Both together, with the other outputs: malformed and late events, scores, drift. */
  public FastWeightStream<Either<Q, F>> all() {
    return all;
  }
}
