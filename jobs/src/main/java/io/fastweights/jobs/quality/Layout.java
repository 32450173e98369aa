package io.fastweights.jobs.quality;

import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.Ranking;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The predictors that are scored, and the form of their predictions: the memories first, then the
 * baselines of all keys, then those of each key.
 *
 * @param dim floats of a prediction
 * @param classes labels of the classes; of a binary target true alone
 * @param mean of a number, by the schema; 0 for probabilities
 * @param most distance of a number to the mean; labels beyond it count as that far
 * @param shared baselines that all keys share; 0 where there is no order of all events
 * @param fields places in the schema of the fields that a shared baseline groups by
 */
record Layout(
    Kind kind,
    String target,
    int dim,
    @SuppressWarnings("serial") // List.copyOf makes serializable lists.
        List<String> classes,
    double mean,
    double most,
    @SuppressWarnings("serial") // List.copyOf makes serializable lists.
        List<Predictor> predictors,
    int shared,
    int[] fields)
    implements Serializable {

  /** Fields of which baselines are kept at most. */
  private static final int MOST_FIELDS = 4;

  /** Floats of all averages of a field at most. */
  private static final int MOST_FLOATS = 1 << 20;

  /** A key's state has this many classes at most; beyond, only its last label is kept. */
  static final int MOST_CLASSES = 64;

  /**
   * @param graded true if it predicts probabilities, not only a class
   */
  record Predictor(String name, String title, boolean graded) implements Serializable {}

  /**
   * @param ordered true if the events have an order of all keys that does not depend on the
   *     parallelism
   */
  static Layout of(Schema schema, boolean ordered) {
    Target target = schema.target();
    if (target instanceof Target.Item) {
      return ofItems(schema, ordered);
    }
    Kind kind =
        target instanceof Target.Classes
            ? Kind.CLASSES
            : target instanceof Target.Binary ? Kind.BINARY : Kind.NUMBER;
    int[] fields = ordered ? fields(schema, target.dim()) : new int[0];
    String mean = kind == Kind.NUMBER ? "mean" : "rate";
    List<Predictor> all = new ArrayList<>();
    all.add(new Predictor(Quality.OURS, "memories", true));
    if (ordered) {
      all.add(new Predictor(mean, "running " + mean + " of all", true));
    }
    for (int field : fields) {
      String name = schema.fields().get(field).name();
      all.add(new Predictor(mean + "." + name, "running " + mean + " of each " + name, true));
    }
    String key = keyTitle(schema);
    String last = kind == Kind.NUMBER ? "last value" : "last label";
    all.add(new Predictor("keyLast", last + " of the " + key, kind == Kind.NUMBER));
    if (target.dim() <= MOST_CLASSES) {
      all.add(new Predictor("keyMean", "running " + mean + " of the " + key, true));
      all.add(new Predictor("keyAverage", "exponential average of the " + key, true));
    }
    double unitMean = target instanceof Target.Number number ? number.mean() : 0;
    double most =
        target instanceof Target.Number number && number.deviation() > 0
            ? Field.Numeric.CLIP * number.deviation()
            : Double.MAX_VALUE;
    List<String> classes =
        target instanceof Target.Classes c
            ? c.classes()
            : kind == Kind.BINARY ? List.of("false", "true") : List.of();
    return new Layout(
        kind,
        target.name(),
        target.dim(),
        List.copyOf(classes),
        unitMean,
        most,
        List.copyOf(all),
        ordered ? 1 + fields.length : 0,
        fields);
  }

  /** A prediction of items is scored by one float: the place of the item that was taken. */
  private static Layout ofItems(Schema schema, boolean ordered) {
    String key = keyTitle(schema);
    List<Predictor> all = new ArrayList<>();
    all.add(new Predictor(Quality.OURS, "memories", true));
    if (ordered) {
      all.add(new Predictor("popular", "most popular so far", true));
    }
    all.add(new Predictor("keyLast", "last items of the " + key, true));
    all.add(new Predictor("keyFrequent", "most frequent items of the " + key, true));
    return new Layout(
        Kind.ITEM,
        schema.target().name(),
        1,
        List.of(),
        0,
        Double.MAX_VALUE,
        List.copyOf(all),
        ordered ? 1 : 0,
        new int[0]);
  }

  /** Of two keys it is the second, where predictions are scored. */
  private static String keyTitle(Schema schema) {
    String key = schema.secondKey() == null ? schema.key() : schema.secondKey();
    if (key == null) {
      return "key";
    }
    return schema.format().constants().containsKey(key) ? "one key" : key;
  }

  private static int[] fields(Schema schema, int dim) {
    return IntStream.range(0, schema.fields().size())
        .filter(i -> isCategory(schema.fields().get(i)) && !isConstant(schema, i))
        .filter(i -> (long) schema.fields().get(i).ids() * dim <= MOST_FLOATS)
        .filter(i -> dim <= MOST_CLASSES)
        .limit(MOST_FIELDS)
        .toArray();
  }

  /** Groups of a constant would be one group, of all. */
  private static boolean isConstant(Schema schema, int field) {
    String name = schema.fields().get(field).name();
    String column = schema.format().columns().getOrDefault(name, name);
    return schema.format().constants().containsKey(column);
  }

  private static boolean isCategory(Field field) {
    return field instanceof Field.Categorical || field instanceof Field.Hashed;
  }

  /** Predictors, the memories included. */
  int models() {
    return predictors.size();
  }

  /** Floats of the guesses of all baselines. */
  int guesses() {
    return (models() - 1) * dim;
  }

  /** Sums of losses of a predictor. */
  int sums() {
    return switch (kind) {
      case NUMBER -> 2;
      case BINARY, CLASSES -> 3;
      case ITEM -> 4;
    };
  }

  /** Prediction of a baseline before its first label. */
  float unknown() {
    return switch (kind) {
      case NUMBER -> (float) mean;
      case BINARY -> 0.5f;
      case CLASSES -> 1f / dim;
      case ITEM -> Ranking.NONE;
    };
  }
}
