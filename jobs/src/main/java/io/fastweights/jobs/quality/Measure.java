package io.fastweights.jobs.quality;

/** A measure of predictions. */
public enum Measure {
  /** Mean negative logarithm of the probability of the truth, in nats; none below 1e-7. */
  LOG_LOSS("log_loss", "log loss", false),
  /** Area under the ROC curve. */
  AUC("auc", "AUC", true),
  /** Share of events whose most probable class was true. */
  ACCURACY("accuracy", "accuracy", true),
  /** Mean squared error of the probabilities; of classes half of their sum (Brier 1950). */
  BRIER("brier", "Brier", false),
  /** Mean over the classes that occurred of the harmonic mean of recall and precision. */
  MACRO_F1("macro_f1", "macro F1", true),
  /** Mean absolute error, in the target's unit. */
  MEAN_ABSOLUTE_ERROR("mean_absolute_error", "MAE", false),
  /** Root of the mean squared error, in the target's unit. */
  RMSE("rmse", "RMSE", false),
  /** Share of the labels' variance that is explained. */
  R2("r2", "R2", true),
  /** Mean of one over the place of the item that was taken; 0 if it is beyond the ranking. */
  MRR("mrr", "MRR", true),
  /** Share of events whose item was the first of the ranking. */
  RECALL_1("recall_at_1", "recall@1", true),
  /** Share of events whose item was among the first five. */
  RECALL_5("recall_at_5", "recall@5", true),
  /** Share of events whose item was among the first ten. */
  RECALL_10("recall_at_10", "recall@10", true);

  private final String key;
  private final String title;
  private final boolean higherIsBetter;

  Measure(String key, String title, boolean higherIsBetter) {
    this.key = key;
    this.title = title;
    this.higherIsBetter = higherIsBetter;
  }

  /** Name in JSON figures. */
  public String key() {
    return key;
  }

  /** Name in tables. */
  public String title() {
    return title;
  }

  /** True if a higher value is better. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** True if the value a is better than b. */
  public boolean better(double a, double b) {
    return higherIsBetter ? a > b : a < b;
  }
}
