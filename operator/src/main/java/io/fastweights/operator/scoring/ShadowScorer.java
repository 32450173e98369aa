package io.fastweights.operator.scoring;

import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.stored.WaitingAsk;
import java.util.Arrays;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Scores the predictions of the candidate and of the live weights against labels, as {@link Scorer}
 * does; the metrics are the candidate's.
 *
 * @param <K> key
 * @param <T> element of the stream
 */
@Internal
public final class ShadowScorer<K, T>
    extends KeyedProcessFunction<K, Prediction<Prediction<T>>, Compared<T>> {
  private static final long serialVersionUID = 1L;

  private final Loss loss;
  private final Configuration options;

  private transient AskedAnswers asked;
  private transient PrequentialMetrics metrics;

  public ShadowScorer(Loss loss, Configuration options) {
    this.loss = loss;
    this.options = options;
  }

  @Override
  public void open(OpenContext context) {
    asked =
        new AskedAnswers(getRuntimeContext(), options.get(FastWeightOptions.LABELS_TTL).toMillis());
    metrics =
        new PrequentialMetrics(
            loss,
            options.get(FastWeightOptions.PREQUENTIAL_WINDOW),
            options.get(FastWeightOptions.PREQUENTIAL_FADING),
            getRuntimeContext().getMetricGroup(),
            () -> Double.NaN);
  }

  @Override
  public void processElement(
      Prediction<Prediction<T>> answer, Context context, Collector<Compared<T>> out)
      throws Exception {
    if (Forgotten.is(answer)) {
      metrics.unanswered(asked.forget(context.timerService()));
      return;
    }
    float[] both = both(answer);
    if (answer.observed()) {
      WaitingAsk earlier = asked.take(answer.id());
      out.collect(compare(answer, earlier != null, earlier == null ? both : earlier.values()));
    } else if (answer.id() != null) {
      asked.remember(answer.id(), both, answer.timestamp(), context.timerService());
    }
  }

  /** Concatenates the predictions of the live weights and of the candidate. */
  private static float[] both(Prediction<? extends Prediction<?>> answer) {
    float[] live = answer.event().values();
    float[] both = Arrays.copyOf(live, 2 * live.length);
    System.arraycopy(answer.values(), 0, both, live.length, live.length);
    return both;
  }

  private Compared<T> compare(Prediction<Prediction<T>> answer, boolean wasAsked, float[] both) {
    float[] live = Arrays.copyOf(both, both.length / 2);
    float[] candidate = Arrays.copyOfRange(both, both.length / 2, both.length);
    metrics.add(wasAsked, candidate, answer.target(), answer.recallError());
    return new Compared<>(
        answer.event().event(),
        wasAsked,
        answer.target(),
        answer.timestamp(),
        live,
        candidate,
        loss.of(live, answer.target()),
        loss.of(candidate, answer.target()),
        answer.event().modelVersion(),
        answer.modelVersion());
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Compared<T>> out)
      throws Exception {
    metrics.unanswered(asked.expire(time));
  }
}
