package io.fastweights.kernels.cuda;

/** How a batch of a model is computed on the device. */
interface Forward {
  /** Enqueues the kernels of a batch whose parts are on their way to the device. */
  void enqueue(InFlightBatch flight);
}
