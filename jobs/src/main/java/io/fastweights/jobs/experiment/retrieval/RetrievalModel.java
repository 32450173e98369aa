package io.fastweights.jobs.experiment.retrieval;

import static io.fastweights.jobs.experiment.retrieval.RetrievalWeights.D;

import io.fastweights.jobs.experiment.retrieval.RetrievalTask.Pairs;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.network.HeadSequence;
import io.fastweights.kernels.train.network.Recurrence;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The model of the paper's synthetic retrieval (Schlag et al. 2021, section 6.1) over its {@link
 * RetrievalWeights}; values are one-hot vectors. The sum rule divides by the sum of all matches;
 * the delta rule takes normalised features and a beta of the input.
 */
final class RetrievalModel {
  private static final float DENOMINATOR = 1e-6f;

  private final int n;
  private final int rows;
  private final RetrievalFeatures features;
  private final Recurrence recurrence;
  final RetrievalWeights weights;

  private final HeadSequence s;
  private final HeadSequence g;
  private final float[] projected;
  private final float[] sizes;
  private final float[] phiQ;
  private final float[] gradPhiQ;

  /** The features of the query that are not 0: three quarters of DPFP's are. */
  private final int[] active;

  private int activeCount;
  private final float[] answer;
  private final float[] gradAnswer;
  private final float[] gradKey = new float[D];
  private final float[] w;
  private final float[] gradW;

  /** The sum of all matches of the query that was read last. */
  private float matches;

  RetrievalModel(RetrievalTask task, long seed) {
    n = task.keys();
    boolean delta = task.rule() == UpdateRule.DELTA;
    weights = new RetrievalWeights(n, seed);
    features = task.phi().features(D, delta);
    rows = features.features();
    int length = task.length();
    recurrence = delta ? new Recurrence(UpdateRule.DELTA, rows, n) : null;
    s = HeadSequence.of(length, rows, n);
    g = HeadSequence.of(length, rows, n);
    projected = new float[length * D];
    sizes = new float[length];
    phiQ = new float[rows];
    gradPhiQ = new float[rows];
    active = new int[rows];
    answer = new float[n];
    gradAnswer = new float[n];
    w = new float[delta ? rows * n : 0];
    gradW = new float[w.length];
  }

  /** Before a forward pass: a random feature map draws itself anew. */
  void refresh(SplittableRandom random) {
    features.refresh(random);
  }

  /**
   * Learns from one query.
   *
   * @param scale of the gradient
   * @return the loss, 0.5 |y - target|^2
   */
  double learn(Pairs pairs, int query, float scale) {
    write(pairs);
    float querySize = features.forward(weights.queries, query * D, phiQ, 0);
    read(pairs);
    double loss = loss(pairs.value(query), scale);
    if (recurrence == null) {
      sumBackward(pairs);
    } else {
      deltaBackward(pairs);
    }
    features.backward(
        weights.queries, query * D, querySize, phiQ, gradPhiQ, 0, weights.gradQueries, query * D);
    keysBackward(pairs);
    return loss;
  }

  /** The loss of a query. */
  double loss(Pairs pairs, int query) {
    write(pairs);
    return queryLoss(pairs, query);
  }

  /** The mean loss of the queries of all keys there are, but of no more than {@code most}. */
  double lossOfAll(Pairs pairs, int most) {
    write(pairs);
    double sum = 0;
    int count = 0;
    for (int key = 0; key < n && count < most; key++) {
      if (pairs.value(key) >= 0) {
        sum += queryLoss(pairs, key);
        count++;
      }
    }
    return sum / count;
  }

  private double queryLoss(Pairs pairs, int query) {
    features.forward(weights.queries, query * D, phiQ, 0);
    read(pairs);
    return loss(pairs.value(query), 0);
  }

  /** Features of all keys; under the delta rule also W. */
  private void write(Pairs pairs) {
    for (int t = 0; t < pairs.length(); t++) {
      int key = pairs.keys()[t] * D;
      int value = weights.keyOfValue.at() + pairs.values()[t] * D;
      for (int j = 0; j < D; j++) {
        projected[t * D + j] = weights.keys[key + j] + weights.values[value + j];
      }
      sizes[t] = features.forward(projected, t * D, s.phiK, t * rows);
    }
    if (recurrence == null) {
      return;
    }
    Arrays.fill(s.v, 0, pairs.length() * n, 0f);
    for (int t = 0; t < pairs.length(); t++) {
      int value = pairs.values()[t];
      s.v[t * n + value] = 1;
      double logit =
          weights.betas[pairs.keys()[t]]
              + (double) weights.values[weights.betaOfValue.at() + value];
      s.beta[t] = (float) (1 / (1 + Math.exp(-logit)));
    }
    Arrays.fill(w, 0f);
    // Nothing is read before the end: all queries of the sequence itself are 0.
    Arrays.fill(s.phiQ, 0f);
    recurrence.forward(s, pairs.length(), null, w);
  }

  private void read(Pairs pairs) {
    Arrays.fill(answer, 0f);
    if (recurrence == null) {
      readSum(pairs);
      return;
    }
    for (int i = 0; i < rows; i++) {
      float share = phiQ[i];
      if (share != 0) {
        for (int v = 0; v < n; v++) {
          answer[v] = Math.fma(share, w[i * n + v], answer[v]);
        }
      }
    }
  }

  /** The read-out written as attention: it needs no W. */
  private void readSum(Pairs pairs) {
    activeCount = 0;
    for (int i = 0; i < rows; i++) {
      if (phiQ[i] != 0) {
        active[activeCount++] = i;
      }
    }
    float sum = DENOMINATOR;
    for (int t = 0; t < pairs.length(); t++) {
      float match = match(t);
      answer[pairs.values()[t]] += match;
      sum += match;
    }
    for (int v = 0; v < n; v++) {
      answer[v] /= sum;
    }
    matches = sum;
  }

  private double loss(int target, float scale) {
    double loss = 0;
    for (int v = 0; v < n; v++) {
      float error = answer[v] - (v == target ? 1 : 0);
      loss += 0.5 * error * error;
      gradAnswer[v] = scale * error;
    }
    return loss;
  }

  /** phi(k) . phi(q). */
  private float match(int t) {
    float match = 0;
    for (int n = 0; n < activeCount; n++) {
      int i = active[n];
      match = Math.fma(s.phiK[t * rows + i], phiQ[i], match);
    }
    return match;
  }

  private void sumBackward(Pairs pairs) {
    float along = 0;
    for (int v = 0; v < n; v++) {
      along = Math.fma(gradAnswer[v], answer[v], along);
    }
    Arrays.fill(gradPhiQ, 0f);
    for (int t = 0; t < pairs.length(); t++) {
      float gradMatch = (gradAnswer[pairs.values()[t]] - along) / matches;
      for (int i = 0; i < rows; i++) {
        g.phiK[t * rows + i] = gradMatch * phiQ[i];
        gradPhiQ[i] = Math.fma(gradMatch, s.phiK[t * rows + i], gradPhiQ[i]);
      }
    }
  }

  private void deltaBackward(Pairs pairs) {
    int length = pairs.length();
    for (int i = 0; i < rows; i++) {
      float along = 0;
      for (int v = 0; v < n; v++) {
        along = Math.fma(w[i * n + v], gradAnswer[v], along);
        gradW[i * n + v] = phiQ[i] * gradAnswer[v];
      }
      gradPhiQ[i] = along;
    }
    Recurrence.clear(g, length, rows);
    Arrays.fill(g.out, 0f);
    Arrays.fill(g.v, 0f);
    Arrays.fill(g.beta, 0f);
    recurrence.backward(s, g, length, null, w, gradW);
    for (int t = 0; t < length; t++) {
      float gradLogit = g.beta[t] * s.beta[t] * (1 - s.beta[t]);
      weights.gradBetas[pairs.keys()[t]] += gradLogit;
      weights.gradients[weights.betaOfValue.at() + pairs.values()[t]] += gradLogit;
    }
  }

  /** From the features of the keys to what they are projected from. */
  private void keysBackward(Pairs pairs) {
    for (int t = 0; t < pairs.length(); t++) {
      Arrays.fill(gradKey, 0f);
      features.backward(projected, t * D, sizes[t], s.phiK, g.phiK, t * rows, gradKey, 0);
      int key = pairs.keys()[t] * D;
      int value = weights.keyOfValue.at() + pairs.values()[t] * D;
      for (int j = 0; j < D; j++) {
        weights.gradKeys[key + j] += gradKey[j];
        weights.gradients[value + j] += gradKey[j];
      }
    }
  }
}
