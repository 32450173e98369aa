package io.fastweights.kernels.train.measures;

import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.List;
import java.util.Locale;

/** The metric of the validation events that the kept weights are the best of. */
public enum StopMetric {
  /** The training loss: log loss, or half the mean squared error. */
  LOSS,
  /** Area under the ROC curve; of a binary target. */
  AUC,
  /** Share of events whose most likely class is the true one; of a class or binary target. */
  ACCURACY,
  /** Mean absolute error; of a number. */
  MAE;

  /**
   * Checks that the metric is defined.
   *
   * @throws IllegalArgumentException if the target has none, or the events' labels give none
   */
  public void check(Target target, List<EventSequence> validation) {
    boolean fits =
        switch (this) {
          case LOSS -> true;
          case AUC -> target instanceof Target.Binary;
          case ACCURACY -> !(target instanceof Target.Number);
          case MAE -> target instanceof Target.Number;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "stop metric %s does not fit target %s", this, target.name()));
    }
    if (this == AUC && !(hasLabel(validation, 0) && hasLabel(validation, 1))) {
      throw new IllegalArgumentException(
          "stop metric AUC needs validation events of both labels, all have one");
    }
  }

  private static boolean hasLabel(List<EventSequence> sequences, float label) {
    for (EventSequence s : sequences) {
      for (int t = 0; t < s.length(); t++) {
        if (s.labels()[t] == label && !s.isMasked(t)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The metric, negative where more is better: the least is the best. */
  public double cost(Metrics metrics) {
    return switch (this) {
      case LOSS -> metrics.loss();
      case AUC -> -metrics.get("auc");
      case ACCURACY -> -metrics.get("accuracy");
      case MAE -> metrics.get("mean_absolute_error");
    };
  }
}
