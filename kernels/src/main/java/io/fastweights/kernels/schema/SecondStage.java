package io.fastweights.kernels.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The schema of the second of two trained models, of which an event visits one after the other: the
 * fields of the first one, then the first one's answer. Both predict the same target.
 *
 * <p>A probability is given as its logit, so that the second model can add to it; a number is
 * standardised as the target is.
 */
public final class SecondStage {
  /** A probability is kept so far from 0 and from 1; its logit is then beyond a field's clip. */
  private static final double LEAST = 1e-6;

  private final Schema schema;
  private final int[] places;
  private final boolean isNumber;

  /**
   * @param first schema of the first model
   * @throws IllegalArgumentException if it has no target, or a field has the answer's name
   */
  public SecondStage(Schema first) {
    Target target = first.target();
    if (target == null) {
      throw new IllegalArgumentException("the schema has no target: there is nothing to learn");
    }
    List<Field> fields = new ArrayList<>(first.fields());
    String name = target.name() + " of the first key";
    isNumber = target instanceof Target.Number;
    if (target instanceof Target.Number number) {
      fields.add(new Field.Numeric(name, number.mean(), number.deviation()));
    } else if (target.dim() == 1) {
      fields.add(new Field.Numeric(name, 0, 1));
    } else {
      for (int i = 0; i < target.dim(); i++) {
        fields.add(new Field.Numeric(name + " " + i, 0, 1));
      }
    }
    schema = Schema.of(fields, target.withoutPrior());
    places = new int[first.fields().size()];
    Arrays.setAll(places, i -> i);
  }

  /** The second model's schema, without columns. */
  public Schema schema() {
    return schema;
  }

  /**
   * Fills an event of the second model.
   *
   * @param event to fill, of {@link #schema()}
   * @param first the same event as the first model saw it
   * @param answer of the first model: probabilities or the number, float[target dim]
   */
  public void fill(RawEvent event, RawEvent first, float[] answer) {
    event.take(first, places);
    for (int i = 0; i < answer.length; i++) {
      event.set(places.length + i, value(answer[i]));
    }
  }

  /**
   * The same of an event that is encoded.
   *
   * @throws MalformedEventException if an answer is not finite
   */
  public EncodedEvent with(EncodedEvent first, float[] answer) throws MalformedEventException {
    int at = first.ids().length;
    int[] ids = Arrays.copyOf(first.ids(), at + answer.length);
    float[] weights = Arrays.copyOf(first.weights(), at + answer.length);
    for (int i = 0; i < answer.length; i++) {
      Field field = schema.fields().get(places.length + i);
      field.encode(value(answer[i]), first.timestamp(), ids, weights, at + i);
    }
    return new EncodedEvent(
        first.timestamp(),
        first.observe(),
        ids,
        weights,
        first.targetId(),
        first.target(),
        first.vector());
  }

  private double value(float answer) {
    if (isNumber || Float.isNaN(answer)) {
      return answer;
    }
    double p = Math.min(1 - LEAST, Math.max(LEAST, answer));
    // Of StrictMath: the same bits on every machine.
    return StrictMath.log(p / (1 - p));
  }
}
