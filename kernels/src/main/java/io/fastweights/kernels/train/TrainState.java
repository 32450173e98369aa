package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.Parameters;

/** State of a training run: with data and options it determines the rest of the run. */
final class TrainState {
  final Parameters parameters;
  final Adam adam;
  final Lanes lanes;
  long step;
  double bestCost = Double.POSITIVE_INFINITY;
  float[] best;
  int evaluationsWithoutBest;

  TrainState(Parameters parameters, Adam adam, Lanes lanes) {
    this.parameters = parameters;
    this.adam = adam;
    this.lanes = lanes;
  }
}
