package io.fastweights.operator.scoring;

import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.stored.ErrorStatistics;
import io.fastweights.operator.stored.StoredNames;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Rates the errors of predictions by {@link AnomalyDetector}. Only observed events have an error.
 * The statistics of a key live and expire as its memory does.
 *
 * @param <K> key
 * @param <T> element of the stream
 */
@Internal
public final class ErrorRating<K, T> extends KeyedProcessFunction<K, Prediction<T>, Anomaly<T>> {
  private static final long serialVersionUID = 1L;

  /** The keys' timers stand at multiples of this part of the time to live. */
  private static final int EXPIRIES = 16;

  private final RatedError<T> error;
  private final double falseAlarmRate;
  private final long ttl;

  private transient AnomalyDetector detector;
  private transient ValueState<double[]> errors;
  private transient Counter alarms;
  private transient Counter rated;

  public ErrorRating(RatedError<T> error, Configuration options) {
    this.error = error;
    this.falseAlarmRate = options.get(FastWeightOptions.FALSE_ALARM_RATE);
    this.ttl = options.get(FastWeightOptions.TTL).toMillis();
  }

  @Override
  public void open(OpenContext context) {
    detector = new AnomalyDetector(falseAlarmRate);
    errors =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>(StoredNames.ERRORS, new ErrorStatistics()));
    MetricGroup group = getRuntimeContext().getMetricGroup().addGroup(FastWeightMetrics.GROUP);
    alarms = group.counter("anomalies");
    rated = group.counter("anomaliesRated");
  }

  @Override
  public void processElement(Prediction<T> prediction, Context context, Collector<Anomaly<T>> out)
      throws Exception {
    if (Forgotten.is(prediction)) {
      errors.clear();
      return;
    }
    if (!prediction.observed()) {
      out.collect(new Anomaly<>(prediction, Double.NaN, false));
      return;
    }
    double[] state = errors.value();
    // A memory that was forgotten begins anew, and so do its errors.
    if (state == null || prediction.seen() == 0) {
      state = AnomalyDetector.start();
    }
    double anomaly = detector.add(error.of(prediction), state);
    boolean alarm = AnomalyDetector.isAlarm(state);
    AnomalyDetector.setTime(prediction.timestamp(), state);
    errors.update(state);
    if (ttl > 0) {
      context.timerService().registerEventTimeTimer(expiry(prediction.timestamp()));
    }
    if (!Double.isNaN(anomaly)) {
      rated.inc();
    }
    if (alarm) {
      alarms.inc();
    }
    out.collect(new Anomaly<>(prediction, anomaly, alarm));
  }

  /** The first of the common times at which a key of this event has expired. */
  private long expiry(long timestamp) {
    long step = Math.max(1, ttl / EXPIRIES);
    long expires = timestamp + ttl;
    return expires < timestamp ? Long.MAX_VALUE : -Math.floorDiv(-expires, step) * step;
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<Anomaly<T>> out)
      throws Exception {
    double[] state = errors.value();
    if (state != null && expiry(AnomalyDetector.time(state)) <= time) {
      errors.clear();
    }
  }
}
