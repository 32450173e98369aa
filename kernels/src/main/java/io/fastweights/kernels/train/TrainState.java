package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.Parameters;

/** State of a training run: with data and options it determines the rest of the run. */
final class TrainState {
  final Parameters parameters;
  final Adam adam;
  final Lanes lanes;

  /** The average of the parameters; null where none is taken. */
  final WeightAverage average;

  long step;
  double bestCost = Double.POSITIVE_INFINITY;
  float[] best;
  long bestStep;
  boolean bestIsAverage;
  int evaluationsWithoutBest;

  TrainState(Parameters parameters, Adam adam, Lanes lanes, WeightAverage average) {
    this.parameters = parameters;
    this.adam = adam;
    this.lanes = lanes;
    this.average = average;
  }

  /** The parameters that are kept where none are scored. */
  float[] current() {
    return average == null ? parameters.values : average.values;
  }
}
