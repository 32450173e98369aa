package io.fastweights.kernels.cuda;

/** Computes a batch of a model on the device. */
interface Forward {
  /** Enqueues the kernels of a batch whose parts are on their way to the device. */
  void enqueue(InFlightBatch flight);
}
