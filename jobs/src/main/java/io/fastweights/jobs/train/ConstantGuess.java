package io.fastweights.jobs.train;

import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.EventSequence;
import java.util.List;

/**
 * The loss of one answer for every event: the shares of the classes, or the mean, of what was
 * trained on. A model that does not beat it has learned nothing of use.
 */
final class ConstantGuess {
  private ConstantGuess() {}

  /**
   * The mean loss of the events held out, in the unit of the trainer's.
   *
   * @return NaN if no event counts
   */
  static double loss(Target target, List<EventSequence> train, List<EventSequence> held) {
    if (target instanceof Target.Classes || target instanceof Target.Binary) {
      return ofClasses(Math.max(2, target.dim()), train, held);
    }
    double[] sums = new double[2];
    forEach(train, label -> add(sums, label));
    double mean = sums[1] == 0 ? 0 : sums[0] / sums[1];
    double[] loss = new double[2];
    forEach(held, label -> add(loss, (label - mean) * (label - mean) / 2));
    return loss[0] / loss[1];
  }

  /** One event of each class is added, so that none is impossible. */
  private static double ofClasses(
      int classes, List<EventSequence> train, List<EventSequence> held) {
    double[] counts = new double[classes];
    java.util.Arrays.fill(counts, 1);
    double[] all = {classes};
    forEach(
        train,
        label -> {
          counts[(int) label]++;
          all[0]++;
        });
    double[] loss = new double[2];
    forEach(held, label -> add(loss, -Math.log(counts[(int) label] / all[0])));
    return loss[0] / loss[1];
  }

  private static void add(double[] sumAndCount, double value) {
    sumAndCount[0] += value;
    sumAndCount[1]++;
  }

  private interface Labels {
    void take(float label);
  }

  private static void forEach(List<EventSequence> sequences, Labels labels) {
    for (EventSequence s : sequences) {
      for (float label : s.labels()) {
        if (!Float.isNaN(label)) {
          labels.take(label);
        }
      }
    }
  }
}
