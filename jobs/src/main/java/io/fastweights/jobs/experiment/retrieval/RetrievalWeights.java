package io.fastweights.jobs.experiment.retrieval;

import io.fastweights.kernels.train.network.MatrixProducts;
import io.fastweights.kernels.train.network.MatrixProducts.View;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trained parameters of the synthetic retrieval: key embeddings, one projection of [value; key
 * embedding] to keys and betas, one of the key embedding to queries.
 *
 * <p>The embeddings are projected once for all sequences of a batch, since each occurs in most of
 * them.
 */
final class RetrievalWeights {
  /** d: floats of a key and of a query. */
  static final int D = 64;

  private static final double EMBEDDING_FLOATS = 2.2;

  private final int n;
  private final int size;
  private final List<Slice> slices = new ArrayList<>();
  private final Slice embedding;
  private final Slice keyOfEmbedding;
  private final Slice keyBias;
  private final Slice queryOfEmbedding;
  private final Slice queryBias;
  private final Slice betaOfEmbedding;
  private final Slice betaBias;

  /** Contribution of a value to its key, float[N][D] from {@code at()} on. */
  final Slice keyOfValue;

  /** Contribution of a value to the logit of its beta, float[N]. */
  final Slice betaOfValue;

  final float[] values;
  final float[] gradients;

  /** Projections of the key embeddings: float[N][D], float[N][D], float[N]. */
  final float[] keys;

  final float[] queries;
  final float[] betas;
  final float[] gradKeys;
  final float[] gradQueries;
  final float[] gradBetas;

  /**
   * @param n N, keys and values there are
   */
  RetrievalWeights(int n, long seed) {
    this.n = n;
    size = (int) (EMBEDDING_FLOATS * n);
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

  /** As the published program sets them: keys and queries within 1 / sqrt(D), else as PyTorch. */
  private float[] initial(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] initial = new float[last().at() + last().size()];
    for (int i = 0; i < embedding.size(); i++) {
      initial[i] = (float) random.nextGaussian();
    }
    double ofProjection = 1 / Math.sqrt(D);
    double ofBoth = 1 / Math.sqrt(size + n);
    uniform(initial, keyOfEmbedding, ofProjection, random);
    uniform(initial, keyOfValue, ofProjection, random);
    uniform(initial, queryOfEmbedding, ofProjection, random);
    uniform(initial, keyBias, ofBoth, random);
    uniform(initial, queryBias, 1 / Math.sqrt(size), random);
    uniform(initial, betaOfEmbedding, ofBoth, random);
    uniform(initial, betaOfValue, ofBoth, random);
    uniform(initial, betaBias, ofBoth, random);
    return initial;
  }

  private static void uniform(float[] into, Slice s, double bound, SplittableRandom random) {
    for (int i = s.at(); i < s.at() + s.size(); i++) {
      into[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
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
