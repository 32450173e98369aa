package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.sequence.EventSequence;
import org.apache.commons.numbers.gamma.Erf;

/** The whole model in float64, one event at a time: finite differences are taken of its loss. */
final class DoubleModel {
  private final ParameterLayout layout;
  private final ModelConfig c;
  final double[] parameters;

  DoubleModel(ParameterLayout layout, float[] values) {
    this.layout = layout;
    this.c = layout.config();
    parameters = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      parameters[i] = values[i];
    }
  }

  /** The sum of the losses of a sequence from an empty memory. */
  double loss(EventSequence s, Loss loss) {
    double[][][] memory = new double[c.depth()][c.heads()][c.features() * c.valueDim()];
    double sum = 0;
    for (int t = 0; t < s.length(); t++) {
      double[] x = new double[c.dim()];
      for (int i = s.starts()[t]; i < s.starts()[t + 1]; i++) {
        for (int j = 0; j < c.dim(); j++) {
          x[j] += s.weights()[i] * parameters[s.rows()[i] * c.dim() + j];
        }
      }
      for (int l = 0; l < c.depth(); l++) {
        x = layer(l, x, memory[l], s.asks()[t], s.isMasked(t));
      }
      x = c.finalNorm() ? norm("norm", x) : x;
      double[] y = c.outputs() > 0 ? linear("head", x) : x;
      if (!Float.isNaN(s.labels()[t]) && !s.isMasked(t)) {
        sum += loss(loss, y, s.labels()[t]);
      }
    }
    return sum;
  }

  private static double loss(Loss loss, double[] y, float label) {
    if (loss instanceof Loss.CrossEntropy) {
      double sum = 0;
      for (double value : y) {
        sum += Math.exp(value);
      }
      return Math.log(sum) - y[(int) label];
    }
    return loss instanceof Loss.BinaryCrossEntropy
        ? Math.log(1 + Math.exp(y[0])) - label * y[0]
        : (y[0] - label) * (y[0] - label) / 2;
  }

  private double[] layer(int l, double[] x, double[][] memory, boolean ask, boolean masked) {
    String name = "layers." + l;
    if (c.architecture() != Architecture.TRANSFORMER) {
      return attention(l, x, memory, ask, masked);
    }
    boolean pre = c.preNorm();
    String first = name + ".0.norm";
    String second = name + ".1.norm";
    double[] y = attention(l, pre ? norm(first, x) : x, memory, ask, masked);
    x = plus(x, pre ? y : norm(first, y));
    double[] f = linear(name + ".1.fn.net.0", pre ? norm(second, x) : x);
    for (int i = 0; i < f.length; i++) {
      f[i] *= 0.5 * (1 + Erf.value(f[i] * Math.sqrt(0.5)));
    }
    f = linear(name + ".1.fn.net.3", f);
    return plus(x, pre ? f : norm(second, f));
  }

  private double[] attention(int l, double[] u, double[][] memory, boolean ask, boolean masked) {
    String name = SlowWeights.attentionPrefix(c, l);
    int d = c.dimHead();
    int columns = c.valueDim();
    double[] qkv =
        c.architecture() == Architecture.CELL
            ? join(linear("to_q", u), linear("to_k", u), linear("to_v", u))
            : linear(name + "to_qkv", u);
    double[] beta = linear(name + "to_beta", u);
    double[] forget = c.forgets() ? linear(name + "to_forget", u) : null;
    double[] o = new double[c.heads() * columns];
    for (int h = 0; h < c.heads() && !masked; h++) {
      double[] phiQ = features(qkv, h * d);
      double[] phiK = features(qkv, (c.heads() + h) * d);
      double gate = c.betaGate() == BetaGate.SIGMOID ? 1 / (1 + Math.exp(-beta[h])) : beta[h];
      double[] w = ask ? memory[h].clone() : memory[h];
      for (int i = 0; forget != null && i < w.length; i++) {
        w[i] /= Math.pow(2, Math.log(1 + Math.exp(forget[h])));
      }
      for (int j = 0; j < columns; j++) {
        double old = 0;
        for (int i = 0; i < phiK.length; i++) {
          old += w[i * columns + j] * phiK[i];
        }
        double v = qkv[2 * c.heads() * d + h * columns + j];
        double delta = gate * (c.updateRule() == UpdateRule.SUM ? v : v - old);
        for (int i = 0; i < phiK.length; i++) {
          w[i * columns + j] += phiK[i] * delta;
          o[h * columns + j] += w[i * columns + j] * phiQ[i] * c.readScale();
        }
      }
    }
    return linear(name + "to_out", o);
  }

  private double[] features(double[] x, int at) {
    double[] phi = new double[c.features()];
    int d = c.dimHead();
    for (int i = 0; i < phi.length; i++) {
      if (c.featureMap() == FeatureMap.ELU_PLUS_ONE) {
        phi[i] = x[at + i] > 0 ? x[at + i] + 1 : Math.exp(x[at + i]);
      } else {
        int j = i / (2 * d) + 1;
        int k = i % (2 * d);
        phi[i] = rectified(x, at, d, k) * rectified(x, at, d, Math.floorMod(k - j, 2 * d));
      }
    }
    double size = 0;
    for (double value : phi) {
      size += c.normalisation() == Normalisation.SUM ? value : value * value;
    }
    size = c.normalisation() == Normalisation.SUM ? size : Math.sqrt(size);
    for (int i = 0; i < phi.length && size > 0; i++) {
      phi[i] /= size;
    }
    return phi;
  }

  private static double rectified(double[] x, int at, int d, int i) {
    return Math.max(0, i < d ? x[at + i] : -x[at + i - d]);
  }

  private double[] linear(String name, double[] x) {
    ParameterLayout.Slice weight = layout.slice(name + ".weight");
    double[] y = new double[weight.shape()[0]];
    for (int o = 0; o < y.length; o++) {
      y[o] = layout.has(name + ".bias") ? parameters[layout.slice(name + ".bias").at() + o] : 0;
      for (int i = 0; i < x.length; i++) {
        y[o] += parameters[weight.at() + o * x.length + i] * x[i];
      }
    }
    return y;
  }

  private double[] norm(String name, double[] x) {
    double mean = 0;
    double variance = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double gain = parameters[layout.slice(name + ".weight").at() + i];
      double bias = parameters[layout.slice(name + ".bias").at() + i];
      y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * gain + bias;
    }
    return y;
  }

  private static double[] plus(double[] x, double[] y) {
    double[] sum = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      sum[i] = x[i] + y[i];
    }
    return sum;
  }

  private static double[] join(double[]... parts) {
    return java.util.Arrays.stream(parts).flatMapToDouble(java.util.Arrays::stream).toArray();
  }
}
