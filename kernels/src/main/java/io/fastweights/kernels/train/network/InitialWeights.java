package io.fastweights.kernels.train.network;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded weights before training: as in PyTorch, except that queries start equal to keys, read-outs
 * at full scale, tokens no larger than read-outs, and the head near 0. So from the first step an
 * event reads what earlier similar events have written, and the first loss is that of a guess.
 *
 * <p>An event's target is in the input of its key's next event, beside the fields it belongs to. So
 * a category before ({@code embedding.lag}) starts as the category itself, turned by half of the
 * vector, and half of the heads turn their queries the same way: from the first step on they read
 * what followed events of the same category. Numbers are left out: all values of a field have one
 * vector, so any event would be found.
 */
public final class InitialWeights {
  /** Deviation of a token's floats; read-outs have about as much in {@code dim} floats. */
  private static final double TOKEN = 0.3;

  /** Factor of the head's weights: outputs of a deviation of some hundredths. */
  private static final float HEAD = 0.1f;

  /** Bias of forget gates: at first a memory is halved by some 100 events. */
  private static final float FORGET = -5;

  private InitialWeights() {}

  /**
   * Embeddings of a deviation with which the sum of a token's has the same, however many there are;
   * linear layers uniform within 1 / sqrt(in), the head within a tenth of that; norms 1 and 0.
   *
   * @return values in the order of the layout
   */
  public static float[] of(ParameterLayout layout, long seed) {
    float[] values = drawn(layout, seed);
    float each = (float) (TOKEN / Math.sqrt(summands(layout.schema())));
    for (ParameterLayout.Slice s : layout.slices()) {
      if (isEmbedding(s)) {
        scale(s, each, values);
      } else if (s.name().equals("head.weight")) {
        scale(s, HEAD, values);
      } else if (s.name().equals("head.bias")) {
        scale(s, 0, values);
      }
    }
    lagsAsFields(layout, values);
    return values;
  }

  /**
   * The same before tokens and head are scaled: embeddings N(0, 1), all linear layers uniform
   * within 1 / sqrt(in).
   */
  public static float[] drawn(ParameterLayout layout, long seed) {
    float[] values = new float[layout.size()];
    for (ParameterLayout.Slice s : layout.slices()) {
      SplittableRandom random = new SplittableRandom(Seeds.mix(seed, s.at()));
      if (isEmbedding(s)) {
        for (int i = s.at(); i < s.at() + s.size(); i++) {
          values[i] = (float) random.nextGaussian();
        }
      } else if (s.name().endsWith("norm.weight")) {
        Arrays.fill(values, s.at(), s.at() + s.size(), 1f);
      } else if (!s.name().endsWith("norm.bias")) {
        double bound = 1 / Math.sqrt(inputs(layout, s));
        for (int i = s.at(); i < s.at() + s.size(); i++) {
          values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
      }
    }
    queriesAsKeys(layout, values);
    readsAtFullScale(layout, values);
    forgetsLittle(layout, values);
    return values;
  }

  private static boolean isEmbedding(ParameterLayout.Slice s) {
    return s.name().startsWith("embedding.");
  }

  /** Embeddings in a token's sum: of the fields, of the fields before, of the target before. */
  private static int summands(Schema schema) {
    if (schema == null) {
      return 1;
    }
    return 2 * schema.fields().size() + (schema.target() == null ? 0 : 1);
  }

  private static void scale(ParameterLayout.Slice s, float by, float[] values) {
    for (int i = s.at(); i < s.at() + s.size(); i++) {
      values[i] *= by;
    }
  }

  private static void queriesAsKeys(ParameterLayout layout, float[] values) {
    ModelConfig c = layout.config();
    for (int l = 0; l < c.depth(); l++) {
      String at = SlowWeights.attentionPrefix(c, l);
      if (c.architecture() == Architecture.CELL) {
        copy(layout, "to_k.weight", "to_q.weight", values);
        copy(layout, "to_k.bias", "to_q.bias", values);
      } else {
        int qkv = layout.slice(at + "to_qkv.weight").at();
        int size = c.heads() * c.dimHead() * c.dim();
        System.arraycopy(values, qkv + size, values, qkv, size);
      }
    }
  }

  /** Has the first half of the heads ask for the categories before, by those of now. */
  private static void lagsAsFields(ParameterLayout layout, float[] values) {
    ModelConfig c = layout.config();
    if (layout.schema() == null || c.architecture() == Architecture.CELL) {
      return;
    }
    List<Field> fields = layout.schema().fields();
    boolean found = false;
    for (int f = 0; f < fields.size(); f++) {
      if (fields.get(f) instanceof Field.Categorical || fields.get(f) instanceof Field.Hashed) {
        ParameterLayout.Slice now = layout.slices().get(f);
        ParameterLayout.Slice before = layout.slices().get(fields.size() + f);
        turned(values, now.at(), before.at(), now.rows(), c.dim());
        found = true;
      }
    }
    for (int l = 0; found && l < c.depth(); l++) {
      int qkv = layout.slice(SlowWeights.attentionPrefix(c, l) + "to_qkv.weight").at();
      int keys = qkv + c.heads() * c.dimHead() * c.dim();
      turnedBack(values, keys, qkv, c.heads() / 2 * c.dimHead(), c.dim());
    }
  }

  /** Copies rows, each turned by half its floats. */
  private static void turned(float[] values, int from, int to, int rows, int dim) {
    int half = dim / 2;
    for (int row = 0; row < rows * dim; row += dim) {
      System.arraycopy(values, from + row, values, to + row + half, dim - half);
      System.arraycopy(values, from + row + dim - half, values, to + row, half);
    }
  }

  private static void turnedBack(float[] values, int from, int to, int rows, int dim) {
    int half = dim / 2;
    for (int row = 0; row < rows * dim; row += dim) {
      System.arraycopy(values, from + row + half, values, to + row, dim - half);
      System.arraycopy(values, from + row, values, to + row + dim - half, half);
    }
  }

  /** Undoes the scale of the read-outs, which would leave them lost in the residual stream. */
  private static void readsAtFullScale(ParameterLayout layout, float[] values) {
    for (int l = 0; l < layout.config().depth(); l++) {
      String at = SlowWeights.attentionPrefix(layout.config(), l);
      ParameterLayout.Slice out = layout.slice(at + "to_out.weight");
      for (int i = out.at(); i < out.at() + out.size(); i++) {
        values[i] /= layout.config().readScale();
      }
    }
  }

  /** Forget gates that are nearly shut at first, whatever the event. */
  private static void forgetsLittle(ParameterLayout layout, float[] values) {
    ModelConfig c = layout.config();
    for (int l = 0; c.forgets() && l < c.depth(); l++) {
      String at = SlowWeights.attentionPrefix(c, l) + "to_forget";
      ParameterLayout.Slice bias = layout.slice(at + ".bias");
      Arrays.fill(values, bias.at(), bias.at() + bias.size(), FORGET);
    }
  }

  private static void copy(ParameterLayout layout, String from, String to, float[] values) {
    ParameterLayout.Slice s = layout.slice(from);
    System.arraycopy(values, s.at(), values, layout.slice(to).at(), s.size());
  }

  private static int inputs(ParameterLayout layout, ParameterLayout.Slice s) {
    return s.isMatrix()
        ? s.shape()[1]
        : layout.slice(s.name().replace(".bias", ".weight")).shape()[1];
  }
}
