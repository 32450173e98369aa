package io.fastweights.kernels.train;

/**
 * The values of a layout, and their transposes for the forward pass. Shared by all threads between
 * two steps of the optimiser; {@link #changed} after each.
 */
final class Parameters {
  final ParameterLayout layout;
  final float[] values;
  final float[] transposed;

  Parameters(ParameterLayout layout, float[] values) {
    this.layout = layout;
    this.values = values;
    this.transposed = new float[values.length];
    changed();
  }

  /** Updates the transposes after the values changed. */
  void changed() {
    layout.transpose(values, transposed);
  }
}
