package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.FeatureGradient;
import io.fastweights.kernels.train.HeadSequence;
import io.fastweights.kernels.train.MatrixProducts;
import io.fastweights.kernels.train.MatrixProducts.View;
import io.fastweights.kernels.train.ParameterLayout.Slice;
import io.fastweights.kernels.train.Recurrence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The model of the paper's synthetic retrieval (Schlag et al. 2021, section 6.1): trainable key
 * embeddings, one projection of [value; key embedding] to keys and one of the key embedding to the
 * query, values as one-hot vectors. The sum rule divides by the sum of all matches; the delta rule
 * takes normalised features and a beta of the input.
 *
 * <p>The embeddings are projected once for all sequences of a batch, since each occurs in most of
 * them.
 */
final class RetrievalModel {
  private static final int D = 64;
  private static final float BOUND = 1 / 8f;
  private static final float DENOMINATOR = 1e-6f;

  private final RetrievalTask task;
  private final int n;
  private final int size;
  private final FeatureGradient features;
  private final Recurrence recurrence;
  private final List<Slice> slices = new ArrayList<>();
  private final Slice embedding;
  private final Slice keyOfEmbedding;
  private final Slice keyOfValue;
  private final Slice keyBias;
  private final Slice queryOfEmbedding;
  private final Slice queryBias;
  private final Slice betaOfEmbedding;
  private final Slice betaOfValue;
  private final Slice betaBias;
  final float[] values;
  final float[] gradients;

  private final float[] keys;
  private final float[] queries;
  private final float[] betas;
  private final float[] gradKeys;
  private final float[] gradQueries;
  private final float[] gradBetas;

  private final HeadSequence s;
  private final HeadSequence g;
  private final float[] projected;
  private final float[] sizes;
  private final float[] phiQ;
  private final float[] gradPhiQ;
  private final float[] answer;
  private final float[] gradAnswer;
  private final float[] w;
  private final float[] gradW;

  RetrievalModel(RetrievalTask task, long seed) {
    this.task = task;
    n = task.keys();
    size = (int) (2.2 * n);
    boolean delta = task.rule() == UpdateRule.DELTA;
    features = new FeatureGradient(task.map(), task.nu(), delta ? Normalisation.SUM : null, D);
    embedding = slice("embedding", n, size);
    keyOfEmbedding = slice("key of embedding", size, D);
    keyOfValue = slice("key of value", n, D);
    keyBias = slice("key bias", D);
    queryOfEmbedding = slice("query of embedding", size, D);
    queryBias = slice("query bias", D);
    betaOfEmbedding = slice("beta of embedding", size, 1);
    betaOfValue = slice("beta of value", n);
    betaBias = slice("beta bias", 1);
    values = initial(seed);
    gradients = new float[values.length];
    keys = new float[n * D];
    queries = new float[n * D];
    betas = new float[n];
    gradKeys = new float[n * D];
    gradQueries = new float[n * D];
    gradBetas = new float[n];

    int length = task.length();
    int rows = features.features();
    recurrence = delta ? new Recurrence(UpdateRule.DELTA, rows, n) : null;
    s = HeadSequence.of(length, rows, n);
    g = HeadSequence.of(length, rows, n);
    projected = new float[length * D];
    sizes = new float[length];
    phiQ = new float[rows];
    gradPhiQ = new float[rows];
    answer = new float[n];
    gradAnswer = new float[n];
    w = new float[delta ? rows * n : 0];
    gradW = new float[w.length];
  }

  /** The tensors, for the optimiser. */
  List<Slice> slices() {
    return slices;
  }

  private Slice slice(String name, int... shape) {
    int at = slices.isEmpty() ? 0 : last().at() + last().size();
    slices.add(new Slice(name, shape, at, shape.length == 2 ? shape[0] * shape[1] : shape[0]));
    return last();
  }

  private Slice last() {
    return slices.get(slices.size() - 1);
  }

  private float[] initial(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] initial = new float[last().at() + last().size()];
    for (int i = 0; i < initial.length; i++) {
      initial[i] =
          (float)
              (i < embedding.size()
                  ? random.nextGaussian()
                  : BOUND * (2 * random.nextDouble() - 1));
    }
    return initial;
  }

  /** Projects all embeddings, and forgets gradients: before a batch. */
  void begin() {
    View all = new View(values, embedding.at(), size);
    project(all, keyOfEmbedding, keyBias, keys, D);
    project(all, queryOfEmbedding, queryBias, queries, D);
    project(all, betaOfEmbedding, betaBias, betas, 1);
    for (float[] array : List.of(gradients, gradKeys, gradQueries, gradBetas)) {
      Arrays.fill(array, 0f);
    }
  }

  private void project(View all, Slice weight, Slice bias, float[] into, int width) {
    for (int key = 0; key < n; key++) {
      System.arraycopy(values, bias.at(), into, key * width, width);
    }
    View product = new View(into, 0, width);
    MatrixProducts.addProduct(n, width, size, all, new View(values, weight.at(), width), product);
  }

  /**
   * Answers one sequence's query.
   *
   * @param scale of the gradient; 0 for an evaluation
   * @return the loss, 0.5 |y - target|^2
   */
  double run(RetrievalTask.Sequence q, float scale) {
    int length = q.keys().length;
    int rows = features.features();
    for (int t = 0; t < length; t++) {
      int key = q.keys()[t] * D;
      int value = keyOfValue.at() + q.values()[t] * D;
      for (int j = 0; j < D; j++) {
        projected[t * D + j] = keys[key + j] + values[value + j];
      }
      sizes[t] = features.forward(projected, t * D, s.phiK, t * rows);
    }
    float querySize = features.forward(queries, q.query() * D, phiQ, 0);
    double loss = recurrence == null ? sumRule(q, scale, rows) : deltaRule(q, scale, rows);
    if (scale != 0) {
      backward(q, rows, querySize);
    }
    return loss;
  }

  /** The read-out written as attention: one query needs no W. */
  private double sumRule(RetrievalTask.Sequence q, float scale, int rows) {
    int length = q.keys().length;
    Arrays.fill(answer, 0f);
    float sum = DENOMINATOR;
    for (int t = 0; t < length; t++) {
      float match = 0;
      for (int i = 0; i < rows; i++) {
        match = Math.fma(s.phiK[t * rows + i], phiQ[i], match);
      }
      answer[q.values()[t]] += match;
      sum += match;
    }
    for (int v = 0; v < n; v++) {
      answer[v] /= sum;
    }
    double loss = loss(q.target(), scale);
    if (scale != 0) {
      float along = 0;
      for (int v = 0; v < n; v++) {
        along = Math.fma(gradAnswer[v], answer[v], along);
      }
      Arrays.fill(gradPhiQ, 0f);
      for (int t = 0; t < length; t++) {
        float gradMatch = (gradAnswer[q.values()[t]] - along) / sum;
        for (int i = 0; i < rows; i++) {
          g.phiK[t * rows + i] = gradMatch * phiQ[i];
          gradPhiQ[i] = Math.fma(gradMatch, s.phiK[t * rows + i], gradPhiQ[i]);
        }
      }
    }
    return loss;
  }

  private double deltaRule(RetrievalTask.Sequence q, float scale, int rows) {
    int length = q.keys().length;
    int end = length - 1;
    Arrays.fill(s.v, 0, length * n, 0f);
    Arrays.fill(w, 0f);
    for (int t = 0; t < length; t++) {
      s.v[t * n + q.values()[t]] = 1;
      double logit = betas[q.keys()[t]] + (double) values[betaOfValue.at() + q.values()[t]];
      s.beta[t] = (float) (1 / (1 + Math.exp(-logit)));
    }
    // All queries but the last are 0, so nothing else is read.
    Arrays.fill(s.phiQ, 0f);
    System.arraycopy(phiQ, 0, s.phiQ, end * rows, rows);
    recurrence.forward(s, length, null, w);
    System.arraycopy(s.out, end * n, answer, 0, n);
    double loss = loss(q.target(), scale);
    if (scale != 0) {
      Recurrence.clear(g, length, rows);
      Arrays.fill(g.out, 0f);
      Arrays.fill(g.v, 0f);
      Arrays.fill(g.beta, 0f);
      Arrays.fill(gradW, 0f);
      System.arraycopy(gradAnswer, 0, g.out, end * n, n);
      recurrence.backward(s, g, length, null, w, gradW);
      System.arraycopy(g.phiQ, end * rows, gradPhiQ, 0, rows);
      for (int t = 0; t < length; t++) {
        float gradLogit = g.beta[t] * s.beta[t] * (1 - s.beta[t]);
        gradBetas[q.keys()[t]] += gradLogit;
        gradients[betaOfValue.at() + q.values()[t]] += gradLogit;
      }
    }
    return loss;
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

  /** From the features to the projections of keys, values and the query. */
  private void backward(RetrievalTask.Sequence q, int rows, float querySize) {
    features.backward(
        queries, q.query() * D, querySize, phiQ, gradPhiQ, 0, gradQueries, q.query() * D);
    float[] gradKey = new float[D];
    for (int t = 0; t < q.keys().length; t++) {
      Arrays.fill(gradKey, 0f);
      features.backward(projected, t * D, sizes[t], s.phiK, g.phiK, t * rows, gradKey, 0);
      int key = q.keys()[t] * D;
      int value = keyOfValue.at() + q.values()[t] * D;
      for (int j = 0; j < D; j++) {
        gradKeys[key + j] += gradKey[j];
        gradients[value + j] += gradKey[j];
      }
    }
  }

  /** Gradients of the embeddings and their projections: after a batch. */
  void end() {
    projectBackward(keyOfEmbedding, keyBias, gradKeys, D);
    projectBackward(queryOfEmbedding, queryBias, gradQueries, D);
    projectBackward(betaOfEmbedding, betaBias, gradBetas, 1);
  }

  private void projectBackward(Slice weight, Slice bias, float[] gradient, int width) {
    View gradProjected = new View(gradient, 0, width);
    MatrixProducts.addTransposedProduct(
        size,
        width,
        n,
        new View(values, embedding.at(), size),
        gradProjected,
        new View(gradients, weight.at(), width));
    for (int key = 0; key < n; key++) {
      for (int j = 0; j < width; j++) {
        gradients[bias.at() + j] += gradient[key * width + j];
      }
    }
    float[] transposed = new float[width * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < width; j++) {
        transposed[j * size + i] = values[weight.at() + i * width + j];
      }
    }
    MatrixProducts.addProduct(
        n,
        size,
        width,
        gradProjected,
        new View(transposed, 0, size),
        new View(gradients, embedding.at(), size));
  }
}
