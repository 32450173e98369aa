package io.fastweights.kernels.schema;

import io.fastweights.kernels.schema.values.Ids;
import io.fastweights.kernels.schema.values.Mix;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Makes a model's input of an encoded event: the sum of the vectors of its features, and, for a
 * trained model, of those of the key's last observed event and of that one's target (the lag). So
 * the prediction for an event never sees the event's own target. Not thread-safe.
 */
public final class InputEncoder {
  private final Schema schema;
  private final int dim;
  private final Vectors[] now;
  private final Vectors[] lagged;
  private final Vectors laggedTarget;

  /** The input so far. */
  private final float[] sum;

  /** The vectors of ids. */
  private interface Vectors {
    /**
     * float[dim], valid until the next call; null for an id that a trained model has no vector for:
     * the zero vector.
     */
    float[] vector(int id);
  }

  private InputEncoder(
      Schema schema, int dim, Vectors[] now, Vectors[] lagged, Vectors laggedTarget) {
    this.schema = schema;
    this.dim = dim;
    this.now = now;
    this.lagged = lagged;
    this.laggedTarget = laggedTarget;
    this.sum = new float[dim];
  }

  /**
   * Embeddings of a trained model.
   *
   * @param dim floats of an embedding
   * @param embeddings gives a table float[ids][dim], row-major, by its parameter's name
   */
  public static InputEncoder trained(Schema schema, int dim, Function<String, float[]> embeddings) {
    int n = schema.fields().size();
    Vectors[] now = new Vectors[n];
    Vectors[] lagged = new Vectors[n];
    for (int i = 0; i < n; i++) {
      now[i] = new Table(embeddings.apply(EmbeddingNames.of(schema.fields().get(i))), dim);
      lagged[i] = new Table(embeddings.apply(EmbeddingNames.ofLag(schema.fields().get(i))), dim);
    }
    Vectors target =
        schema.target() == null
            ? null
            : new Table(embeddings.apply(EmbeddingNames.ofLag(schema.target())), dim);
    return new InputEncoder(schema, dim, now, lagged, target);
  }

  /**
   * A seeded random projection: the vector of a feature is gaussian and depends on the seed, the
   * field's name and the id alone. Of the lag it sees what fields take of it.
   *
   * @param dim heads * keyDim of the associative memory
   */
  public static InputEncoder projection(Schema schema, int dim, long seed) {
    Vectors[] now = new Vectors[schema.fields().size()];
    for (int i = 0; i < now.length; i++) {
      Field field = schema.fields().get(i);
      long fieldSeed = Mix.mix64(seed ^ Ids.bucket(field.name(), Integer.MAX_VALUE));
      now[i] = new Projection(fieldSeed, field.ids() + field.untrainedIds(), dim);
    }
    return new InputEncoder(schema, dim, now, null, null);
  }

  /** Floats of an input. */
  public int dim() {
    return dim;
  }

  /** As {@link Schema#standardised}. */
  public EncodedEvent standardised(EncodedEvent event, EncodedEvent lag) {
    return schema.standardised(event, lag);
  }

  /** As {@link Schema#settle}. */
  public void settle(EncodedEvent event, float[] outputs) {
    schema.settle(event, outputs, 0);
  }

  /**
   * Writes the input of an event.
   *
   * @param event as {@link Schema#standardised} returned it
   * @param lag the key's last observed event, or null if it has none
   * @param into takes float[dim] at {@code at}
   */
  public void encode(EncodedEvent event, EncodedEvent lag, float[] into, int at) {
    Arrays.fill(sum, 0f);
    add(now, event, lag);
    if (lagged != null && lag != null) {
      add(lagged, lag, null);
      if (laggedTarget != null && lag.targetId() >= 0) {
        add(laggedTarget, lag.targetId(), schema.target().lagWeight(lag.target()));
      }
    }
    System.arraycopy(sum, 0, into, at, dim);
  }

  private void add(Vectors[] vectors, EncodedEvent event, EncodedEvent lag) {
    int feature = 0;
    for (int i = 0; i < vectors.length; i++) {
      Field field = schema.fields().get(i);
      if (lag != null && field.isOfLag()) {
        add(vectors[i], field.lagId(event, lag), field.lagWeight(lag, schema.target()));
        feature++;
        continue;
      }
      for (int f = 0; f < field.features(); f++, feature++) {
        add(vectors[i], event.ids()[feature], event.weights()[feature]);
      }
    }
  }

  /** Both arrays have the same index: with two offsets the JIT does not vectorise the loop. */
  private void add(Vectors vectors, int id, float weight) {
    float[] vector = vectors.vector(id);
    if (vector == null) {
      return;
    }
    float[] into = sum;
    for (int j = 0; j < into.length; j++) {
      into[j] = Math.fma(weight, vector[j], into[j]);
    }
  }

  /** The rows of a parameter. */
  private static final class Table implements Vectors {
    private final float[] values;
    private final float[] row;

    Table(float[] values, int dim) {
      this.values = values;
      this.row = new float[dim];
    }

    @Override
    public float[] vector(int id) {
      if ((id + 1L) * row.length > values.length) {
        return null;
      }
      System.arraycopy(values, id * row.length, row, 0, row.length);
      return row;
    }
  }

  /** Vectors made when an id is first met. */
  private static final class Projection implements Vectors {
    private final long seed;
    private final float[][] vectors;
    private final int dim;

    Projection(long seed, int ids, int dim) {
      this.seed = seed;
      this.vectors = new float[ids][];
      this.dim = dim;
    }

    @Override
    public float[] vector(int id) {
      float[] vector = vectors[id];
      if (vector == null) {
        vector = new float[dim];
        Mix.gaussians(Mix.mix64(seed + id), vector);
        vectors[id] = vector;
      }
      return vector;
    }
  }
}
