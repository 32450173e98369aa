package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.scoring.Beside;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * The baselines of each key, in keyed state: its last label, the running mean of its labels, and
 * their exponential average. They start from the mean of all keys' labels where the events carry
 * it. Scores them, the guesses that the events carry, and the memories, in {@link QualityTotals},
 * which are operator state.
 */
final class KeyBaselines implements Beside<Event> {
  private static final long serialVersionUID = 1L;

  /** Of a new label in the exponential average. */
  private static final double WEIGHT = 0.1;

  private final Layout layout;
  private final long from;
  private final boolean means;

  /** Events, then for each float of the target: the last, the sum, the average. */
  private transient ValueState<double[]> labels;

  private transient QualityState totals;

  /**
   * @param from events before this time are not scored; in milliseconds since 1970-01-01 UTC
   */
  KeyBaselines(Layout layout, long from) {
    this.layout = layout;
    this.from = from;
    this.means = layout.dim() <= Layout.MOST_CLASSES;
  }

  @Override
  public void initialize(FunctionInitializationContext context, RuntimeContext runtime)
      throws Exception {
    labels =
        context
            .getKeyedStateStore()
            .getState(
                new ValueStateDescriptor<>(
                    "baselines", PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO));
    totals = new QualityState(layout, context, runtime);
  }

  @Override
  public void snapshot() throws Exception {
    totals.snapshot();
  }

  @Override
  public double advantage() {
    return totals.advantage();
  }

  @Override
  public float[] guess(Prediction<Event> prediction) throws Exception {
    float[] guesses = new float[layout.guesses()];
    float[] shared = prediction.event().guesses();
    int at = layout.shared() * layout.dim();
    if (at > 0) {
      System.arraycopy(shared, 0, guesses, 0, at);
    }
    double[] known = labels.value();
    int dim = layout.dim();
    for (int j = 0; j < dim; j++) {
      float prior = at > 0 ? shared[j] : layout.unknown();
      guesses[at + j] = known == null ? prior : (float) known[1 + j];
      if (means) {
        guesses[at + dim + j] =
            known == null ? prior : (float) ((known[1 + dim + j] + prior) / (known[0] + 1));
        guesses[at + 2 * dim + j] = known == null ? prior : (float) known[1 + 2 * dim + j];
      }
    }
    return guesses;
  }

  @Override
  public void score(Scored<Event> scored, float[] guesses) {
    if (scored.asked()) {
      totals.totals().answer();
    }
    if (scored.predictedAt() >= from) {
      totals.totals().add(scored.predictedAt(), scored.predicted(), guesses, scored.target());
    }
  }

  @Override
  public void learn(Prediction<Event> observed) throws Exception {
    int dim = layout.dim();
    float[] target = observed.target();
    double[] known = labels.value();
    double[] next = known == null ? new double[1 + (means ? 3 : 1) * dim] : known.clone();
    next[0]++;
    float[] shared = observed.event().guesses();
    for (int j = 0; j < dim; j++) {
      next[1 + j] = target[j];
      if (means) {
        next[1 + dim + j] += target[j];
        int average = 1 + 2 * dim + j;
        double before =
            known != null ? known[average] : layout.shared() > 0 ? shared[j] : layout.unknown();
        next[average] = before + WEIGHT * (target[j] - before);
      }
    }
    labels.update(next);
  }

  @Override
  public void forget() {
    labels.clear();
  }
}
