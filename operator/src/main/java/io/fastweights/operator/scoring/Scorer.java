package io.fastweights.operator.scoring;

import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.stored.WaitingAsk;
import java.util.Arrays;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Scores predictions against labels. The answer to an ask with an id is kept in keyed state until
 * an observed event of the same key and id brings the label, or for the time to live; another ask
 * of the same id replaces it. Every other observed event is scored by its own prediction, made just
 * before it was learned.
 *
 * @param <K> key
 * @param <T> element of the stream
 */
@Internal
public final class Scorer<K, T> extends KeyedProcessFunction<K, Prediction<T>, Scored<T>>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  public static final OutputTag<Drift> DRIFT = new OutputTag<>("drift", Drift.type());

  private final Loss loss;
  private final double deviation;
  private final Configuration options;
  private final Beside<T> beside;

  private transient AskedAnswers asked;
  private transient PrequentialMetrics metrics;
  private transient Adwin losses;
  private transient Adwin recallErrors;
  private transient Counter drifts;
  private transient Counter improvements;
  private transient double meanError;
  private transient long errors;

  /**
   * @param deviation of the target, where it is a number; 0 if it has running statistics
   * @param beside guesses to score by the same labels; null for none
   */
  public Scorer(Loss loss, double deviation, Configuration options, Beside<T> beside) {
    this.loss = loss;
    this.deviation = deviation;
    this.options = options;
    this.beside = beside;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    if (beside != null) {
      beside.initialize(context, getRuntimeContext());
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    if (beside != null) {
      beside.snapshot();
    }
  }

  @Override
  public void open(OpenContext context) {
    asked =
        new AskedAnswers(getRuntimeContext(), options.get(FastWeightOptions.LABELS_TTL).toMillis());
    MetricGroup group = getRuntimeContext().getMetricGroup();
    metrics =
        new PrequentialMetrics(
            loss,
            options.get(FastWeightOptions.PREQUENTIAL_WINDOW),
            options.get(FastWeightOptions.PREQUENTIAL_FADING),
            group,
            beside == null ? () -> Double.NaN : beside::advantage);
    drifts = group.addGroup(FastWeightMetrics.GROUP).counter("drifts");
    improvements = group.addGroup(FastWeightMetrics.GROUP).counter("improvements");
    losses = new Adwin(options.get(FastWeightOptions.DRIFT_DELTA));
    recallErrors = new Adwin(options.get(FastWeightOptions.DRIFT_DELTA));
  }

  @Override
  public void processElement(Prediction<T> prediction, Context context, Collector<Scored<T>> out)
      throws Exception {
    if (Forgotten.is(prediction)) {
      metrics.unanswered(asked.forget(context.timerService()));
      if (beside != null) {
        beside.forget();
      }
    } else if (prediction.observed()) {
      WaitingAsk earlier = asked.take(prediction.id());
      Scored<T> scored = scored(prediction, earlier);
      score(scored, context, out);
      if (beside != null) {
        float[] guesses =
            earlier == null ? beside.guess(prediction) : stored(earlier, prediction).guesses();
        beside.score(scored, guesses);
        beside.learn(prediction);
      }
    } else if (prediction.id() != null) {
      float[] answer = answer(prediction);
      asked.remember(
          prediction.id(),
          beside == null ? answer : joined(answer, beside.guess(prediction)),
          prediction.timestamp(),
          context.timerService());
    }
  }

  private static float[] joined(float[] values, float[] guesses) {
    float[] joined = Arrays.copyOf(values, values.length + guesses.length);
    System.arraycopy(guesses, 0, joined, values.length, guesses.length);
    return joined;
  }

  private static float[] predicted(WaitingAsk ask, Prediction<?> answer) {
    return ask.values().length == answer.values().length
        ? ask.values()
        : Arrays.copyOf(ask.values(), answer.values().length);
  }

  /** The values of an ask's prediction, and behind them the items of its ranking if it has one. */
  private static float[] answer(Prediction<?> ask) {
    return ask.ranking() == null
        ? ask.values()
        : joined(ask.values(), RankedItems.of(ask.ranking()));
  }

  /**
   * Behind the values of a stored ask.
   *
   * @param rank of the item that was taken since, in the ranking that was made then
   * @param guesses made at the ask
   */
  private record Behind(int rank, float[] guesses) {}

  private static Behind stored(WaitingAsk ask, Prediction<?> answer) {
    float[] floats = ask.values();
    int at = answer.values().length;
    int rank = Ranking.NONE;
    if (answer.ranking() != null) {
      rank = RankedItems.rank(floats, at, Items.hash(answer.ranking().taken()));
      at += RankedItems.floats(floats, at);
    }
    return new Behind(rank, Arrays.copyOfRange(floats, at, floats.length));
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Scored<T>> out)
      throws Exception {
    metrics.unanswered(asked.expire(time));
  }

  private void score(Scored<T> scored, Context context, Collector<Scored<T>> out) {
    metrics.add(scored);
    out.collect(scored);
    double bounded = loss.bounded(scored.predicted(), scored.target(), deviation(scored));
    watch(losses, bounded, Drift.Signal.LOSS, scored, context);
    double surprise = Loss.squashed(scored.recallError());
    watch(recallErrors, surprise, Drift.Signal.RECALL_ERROR, scored, context);
  }

  /** The target's constant; where there is none, the mean absolute error so far. */
  private double deviation(Scored<T> scored) {
    if (deviation > 0) {
      return deviation;
    }
    double error = loss.of(scored.predicted(), scored.target());
    if (Double.isFinite(error)) {
      meanError += (error - meanError) / ++errors;
    }
    return meanError > 0 ? meanError : 1;
  }

  private void watch(
      Adwin window, double value, Drift.Signal signal, Scored<T> scored, Context context) {
    if (Double.isNaN(value) || !window.add(value)) {
      return;
    }
    if (!(window.meanAfter() > window.meanBefore())) {
      // Learning, or the end of a drift.
      improvements.inc();
    } else {
      drifts.inc();
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      context.output(
          DRIFT,
          new Drift(
              scored.answeredAt(),
              signal,
              window.meanBefore(),
              window.meanAfter(),
              window.eventsAfter(),
              subtask));
    }
  }

  /**
   * @param answer the prediction for the observed event, with its target
   * @param asked the ask of the same id, or null
   */
  private static <T> Scored<T> scored(Prediction<T> answer, WaitingAsk asked) {
    return new Scored<>(
        answer.event(),
        answer.id(),
        asked != null,
        asked != null ? predicted(asked, answer) : answer.values(),
        asked != null ? asked.timestamp() : answer.timestamp(),
        answer.target(),
        answer.timestamp(),
        answer.recallError(),
        rank(answer, asked));
  }

  private static int rank(Prediction<?> answer, WaitingAsk asked) {
    if (answer.ranking() == null) {
      return Ranking.NONE;
    }
    return asked == null ? answer.ranking().rank() : stored(asked, answer).rank();
  }
}
