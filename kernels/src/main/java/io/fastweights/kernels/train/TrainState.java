package io.fastweights.kernels.train;

/** Where a run of the trainer stands: all that its future depends on, beside data and options. */
final class TrainState {
  final Parameters parameters;
  final Adam adam;
  final Lanes lanes;
  long step;
  double bestLoss = Double.POSITIVE_INFINITY;
  float[] best;
  int evaluationsWithoutBest;

  TrainState(Parameters parameters, Adam adam, Lanes lanes) {
    this.parameters = parameters;
    this.adam = adam;
    this.lanes = lanes;
  }
}
