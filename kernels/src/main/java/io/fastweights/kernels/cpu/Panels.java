package io.fastweights.kernels.cpu;

import io.fastweights.kernels.numeric.Layers.Dense;

/**
 * A dense layer's weights as its product reads them: panels of 16 outputs, each float[in][16], zero
 * beyond the last output. The weights that are multiplied together are then adjacent for any vector
 * width. The number of panels is even: a product reads two vectors of outputs at a time, and a
 * vector of 512 bits is as wide as a panel.
 *
 * @param in floats of x
 * @param out floats of y
 * @param weights float[panels][in][16]
 * @param bias float[panels][16]; zero where the layer has none
 */
record Panels(int in, int out, float[] weights, float[] bias) {
  /** Outputs of a panel. */
  static final int WIDTH = 16;

  static Panels of(Dense m) {
    int panels = (m.out() + 2 * WIDTH - 1) / (2 * WIDTH) * 2;
    float[] weights = new float[panels * m.in() * WIDTH];
    float[] bias = new float[panels * WIDTH];
    for (int o = 0; o < m.out(); o++) {
      int at = (o / WIDTH) * m.in() * WIDTH + o % WIDTH;
      for (int i = 0; i < m.in(); i++) {
        weights[at + i * WIDTH] = m.packed()[i * m.out() + o];
      }
      bias[o] = m.bias() == null ? 0 : m.bias()[o];
    }
    return new Panels(m.in(), m.out(), weights, bias);
  }

  /** Outputs with the padding. */
  int padded() {
    return bias.length;
  }

  /** Offset of an output's weights; the next input's are {@link #WIDTH} further on. */
  int at(int output) {
    return (output / WIDTH) * in * WIDTH + output % WIDTH;
  }
}
