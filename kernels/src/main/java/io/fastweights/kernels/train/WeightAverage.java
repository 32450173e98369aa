package io.fastweights.kernels.train;

/**
 * An exponential moving average of the parameters over the steps (Polyak and Juditsky 1992). The
 * single steps of Adam scatter about a course: the average is nearer to it, so weights score better
 * before the learning rate is small.
 */
final class WeightAverage {
  final float[] values;
  private final double most;

  /**
   * @param initial parameters before the first step; copied
   * @param horizon steps that the average reaches back, at least 1
   */
  WeightAverage(float[] initial, double horizon) {
    values = initial.clone();
    most = 1 - 1 / Math.max(1, horizon);
  }

  /**
   * Takes the parameters after a step. The first steps count less of what was before, so that the
   * initial weights are soon forgotten.
   *
   * @param step counted from 0
   */
  void add(long step, float[] parameters) {
    float share = (float) (1 - Math.min(most, (1.0 + step) / (10.0 + step)));
    for (int i = 0; i < values.length; i++) {
      values[i] += share * (parameters[i] - values[i]);
    }
  }
}
