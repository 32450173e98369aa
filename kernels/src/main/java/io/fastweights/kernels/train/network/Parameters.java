package io.fastweights.kernels.train.network;

/**
 * The values of a layout, and their transposes for the forward pass. Shared by all threads between
 * two steps of the optimiser; {@link #changed} after each.
 */
public final class Parameters {
  public final ParameterLayout layout;
  public final float[] values;
  final float[] transposed;

  public Parameters(ParameterLayout layout, float[] values) {
    this.layout = layout;
    this.values = values;
    this.transposed = new float[values.length];
    changed();
  }

  /** Updates the transposes after the values changed. */
  public void changed() {
    layout.transpose(values, transposed);
  }
}
