package io.fastweights.operator.scoring;

import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.metrics.FastWeightMetrics;
import java.util.function.DoubleSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Quality of a subtask's predictions, as gauges in the group {@code fastweights.prequential}: each
 * mean since the start, faded, and over the sliding window (see {@link PrequentialMean}). The means
 * are not state: a restart of the subtask resets them.
 */
final class PrequentialMetrics {
  private final Loss loss;
  private final PrequentialMean losses;
  private final PrequentialMean recallErrors;
  private final PrequentialMean accuracy;
  private final PrequentialMean reciprocalRanks;
  private final PrequentialMean found;
  private final WindowedAuc auc;
  private final CalibrationError calibration;
  private final Counter prequential;
  private final Counter delayed;
  private final Counter unanswered;

  /**
   * @param advantage loss of the best baseline less that of the predictions, or NaN
   */
  PrequentialMetrics(
      Loss loss, int window, double fading, MetricGroup operator, DoubleSupplier advantage) {
    this.loss = loss;
    MetricGroup fastweights = operator.addGroup(FastWeightMetrics.GROUP);
    MetricGroup group = fastweights.addGroup("prequential");
    losses = new PrequentialMean(window, fading);
    boolean items = loss == Loss.ITEM;
    reciprocalRanks = items ? new PrequentialMean(window, fading) : null;
    found = items ? new PrequentialMean(window, fading) : null;
    if (items) {
      gauges(group, "reciprocalRank", reciprocalRanks);
      gauges(group, "recallAtK", found);
    } else {
      gauges(group, loss == Loss.NUMBER ? "absoluteError" : "logLoss", losses);
    }
    recallErrors = new PrequentialMean(window, fading);
    gauges(group, "recallError", recallErrors);
    group.gauge("advantage", advantage::getAsDouble);
    boolean probabilities = loss == Loss.BINARY || loss == Loss.CLASSES;
    accuracy = probabilities ? new PrequentialMean(window, fading) : null;
    calibration = probabilities ? new CalibrationError(window) : null;
    auc = loss == Loss.BINARY ? new WindowedAuc(window) : null;
    if (accuracy != null) {
      gauges(group, "accuracy", accuracy);
      group.gauge("calibrationErrorWindow", calibration::error);
    }
    if (auc != null) {
      group.gauge("aucWindow", auc::auc);
    }
    MetricGroup labels = fastweights.addGroup("labels");
    prequential = labels.counter("unasked");
    delayed = labels.counter("answered");
    unanswered = labels.counter("unanswered");
  }

  private static void gauges(MetricGroup group, String name, PrequentialMean mean) {
    group.gauge(name, mean::sinceStart);
    group.gauge(name + "Faded", mean::faded);
    group.gauge(name + "Window", mean::window);
  }

  /** Adds a prediction and its label. */
  void add(Scored<?> scored) {
    if (loss == Loss.ITEM && scored.rank() != Ranking.NONE) {
      boolean isFound = scored.rank() != Ranking.ABSENT;
      reciprocalRanks.add(isFound ? 1.0 / scored.rank() : 0);
      found.add(isFound ? 1 : 0);
    }
    add(scored.asked(), scored.predicted(), scored.target(), scored.recallError());
  }

  /** The same for a prediction that may be that of an earlier ask. */
  void add(boolean asked, float[] predicted, float[] target, float recallError) {
    (asked ? delayed : prequential).inc();
    losses.add(loss.of(predicted, target));
    recallErrors.add(recallError);
    switch (loss) {
      case BINARY -> {
        boolean truth = target[0] > 0.5f;
        accuracy.add(predicted[0] > 0.5f == truth ? 1 : 0);
        calibration.add(predicted[0], truth);
        auc.add(predicted[0], truth);
      }
      case CLASSES -> {
        int best = Loss.largest(predicted);
        boolean right = best == Loss.largest(target);
        accuracy.add(right ? 1 : 0);
        calibration.add(predicted[best], right);
      }
      case NUMBER, ITEM -> {}
    }
  }

  /** Counts asks that expired before their labels came. */
  void unanswered(int asks) {
    unanswered.inc(asks);
  }
}
