package io.fastweights.operator;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Residual;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The two models of a {@link FastWeightPair}. The first memory predicts the target. The second one
 * has the first answer among its fields and learns what that answer has left over; the sum of both
 * is the prediction. As in a sum of user and item biases, neither memory then learns again what the
 * other one knows.
 *
 * @param whole the schema of an event
 * @param firstKey name of the first key
 * @param secondKey name of the second key
 * @param trained true for models with trained weights, false for associative memories
 */
record PairModel(Schema whole, String firstKey, String secondKey, boolean trained) {
  /** Centre of a probability among the second memory's fields. */
  private static final double EVEN = 0.5;

  PairModel {
    if (whole.target() == null) {
      throw new IllegalArgumentException(
          "the schema has no target: without weights there is nothing to learn");
    }
    if (whole.target() instanceof Residual) {
      throw new IllegalArgumentException(
          "target " + whole.target().name() + " is a residual, which events of two keys make");
    }
    if (whole.target() instanceof Target.Item) {
      throw new IllegalArgumentException(
          "target "
              + whole.target().name()
              + " is an item: events of two keys predict classes, true or false, and numbers");
    }
  }

  /** Two associative memories. */
  PairModel(Schema whole, String firstKey, String secondKey) {
    this(whole, firstKey, secondKey, false);
  }

  /** Schema of the first memory. */
  Schema first() {
    if (trained) {
      Schema constant = whole.withConstants(Map.of());
      return Schema.of(constant.fields(), constant.target());
    }
    List<Field> fields = fields(firstPlaces());
    if (fields.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has no field but '%s', which is the first key and the same for every"
                  + " event of its memory",
              firstKey));
    }
    return Schema.of(fields, whole.target());
  }

  /** Schema of the second memory: its fields, then the first answer. */
  Schema second() {
    if (trained) {
      return new SecondStage(whole).schema();
    }
    List<Field> fields = new ArrayList<>(fields(secondPlaces()));
    Target target = whole.target();
    String name = target.name() + " of the first key";
    double deviation = 1;
    if (target instanceof Target.Number number) {
      deviation = number.deviation();
      boolean isRunning = number.statistics() != Statistics.GIVEN;
      Statistics statistics = isRunning ? Statistics.KEY : Statistics.GIVEN;
      fields.add(new Field.Numeric(name, number.mean(), deviation, statistics));
      if (isRunning) {
        // The residual of the first answer has a mean and a deviation of its own for each key.
        return Schema.of(fields, new Target.Number(target.name(), 0, deviation, Statistics.KEY));
      }
    } else if (target.dim() == 1) {
      fields.add(new Field.Numeric(name, EVEN, 1));
    } else {
      for (int i = 0; i < target.dim(); i++) {
        fields.add(new Field.Numeric(name + " " + i, EVEN, 1));
      }
    }
    double events = target.prior() == null ? 0 : target.prior().events();
    return Schema.of(fields, new Residual(target.name(), target.dim(), deviation, events));
  }

  /** Places of the first memory's fields in the whole schema. */
  int[] firstPlaces() {
    return without(firstKey);
  }

  /** Places of the second memory's fields in the whole schema. */
  int[] secondPlaces() {
    return without(secondKey);
  }

  /** A key's own column is a constant in its memory, and would only make its inputs more alike. */
  private int[] without(String key) {
    return IntStream.range(0, whole.fields().size())
        .filter(i -> trained || !whole.column(whole.fields().get(i).name()).equals(key))
        .toArray();
  }

  private List<Field> fields(int[] places) {
    return IntStream.of(places).mapToObj(whole.fields()::get).toList();
  }

  /**
   * The prediction: the second answer of trained models; else the first answer and what the second
   * memory adds, as probabilities where the target has them.
   *
   * @param labels that both keys had learned
   */
  float[] prediction(float[] firstAnswer, float[] secondAnswer, long labels) {
    return trained ? secondAnswer : sum(firstAnswer, secondAnswer, labels);
  }

  /** The sum, within the bounds of the target. */
  float[] sum(float[] firstAnswer, float[] residual, long labels) {
    float[] sum = new float[firstAnswer.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = firstAnswer[i] + residual[i];
    }
    if (whole.target() instanceof Target.Number) {
      return sum;
    }
    float[] probabilities = new float[sum.length];
    if (whole.target().prior() != null) {
      whole.target().prior().bound(sum, labels, probabilities);
    } else {
      whole.target().predict(sum, 0, false, probabilities);
    }
    return probabilities;
  }
}
