package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019). The decay is
 * on matrices and embeddings, not on biases and norms.
 */
public final class Adam {
  private final List<Slice> slices;
  private final Set<String> frozen = new HashSet<>();
  private final float beta1;
  private final float beta2;
  private final float epsilon;
  private final float weightDecay;
  final float[] first;
  final float[] second;

  /**
   * @param slices the tensors, which fill an array one after the other
   */
  public Adam(List<Slice> slices, float beta1, float beta2, float epsilon, float weightDecay) {
    this.slices = slices;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    int size = slices.stream().mapToInt(Slice::size).sum();
    this.first = new float[size];
    this.second = new float[size];
  }

  /** Leaves tensors as they are. */
  public void freeze(Set<String> names) {
    frozen.addAll(names);
  }

  /**
   * Steps all parameters that are not frozen.
   *
   * @param step counted from 1
   * @param rate the learning rate of this step
   * @param scale factor of the gradients, from clipping
   */
  public void step(long step, float rate, float scale, float[] gradients, float[] values) {
    float correct1 = (float) (1 / (1 - Math.pow(beta1, step)));
    float correct2 = (float) (1 / (1 - Math.pow(beta2, step)));
    for (Slice s : slices) {
      if (frozen.contains(s.name())) {
        continue;
      }
      float keep = s.isMatrix() ? 1 - rate * weightDecay : 1;
      int end = s.at() + s.size();
      for (int i = s.at(); i < end; i++) {
        float g = gradients[i] * scale;
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        float deviation = (float) Math.sqrt(second[i] * correct2) + epsilon;
        values[i] = values[i] * keep - rate * first[i] * correct1 / deviation;
      }
    }
  }
}
