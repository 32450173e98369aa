package io.fastweights.kernels.schema;

import java.util.Locale;

/**
 * The residual of an earlier answer as a target: target minus answer, on the scale of the answer.
 * It is the target of a second key's memory. A reader sets it with {@link
 * RawEvent#target(float[])}; no column of a file holds it.
 *
 * @param name of the target
 * @param dim numbers of the target; one for each class
 * @param deviation that a number is divided by
 * @param events that the start of a key's running mean counts as, see {@link RunningBias}; 0 for no
 *     running mean
 */
public record Residual(String name, int dim, double deviation, double events) implements Target {
  public Residual {
    if (!(events >= 0 && events <= Prior.MOST_EVENTS)) {
      throw new IllegalArgumentException(
          "target " + name + ": events is " + events + ", must be in 0 ... " + Prior.MOST_EVENTS);
    }
    if (dim < 1) {
      throw new IllegalArgumentException(
          "target " + name + ": dim is " + dim + ", must be at least 1");
    }
    Scaling.check(name, 0, deviation, Statistics.GIVEN);
  }

  /** Without a running mean. */
  public Residual(String name, int dim, double deviation) {
    this(name, dim, deviation, 0);
  }

  @Override
  public int ids() {
    return 1;
  }

  @Override
  public int encode(Object value, float[] into) throws MalformedEventException {
    if (!(value instanceof float[] left) || left.length != dim) {
      throw new MalformedEventException(
          String.format(Locale.ROOT, "the residual of %s is no vector of %d floats", name, dim));
    }
    for (int i = 0; i < dim; i++) {
      if (!Float.isFinite(left[i])) {
        throw new MalformedEventException(
            String.format(Locale.ROOT, "the residual of %s is %s, must be finite", name, left[i]));
      }
      into[i] = Scaling.standardised(left[i], 0, deviation);
    }
    return 0;
  }

  @Override
  public float lagWeight(float[] encoded) {
    return encoded[0];
  }

  @Override
  public void predict(float[] outputs, int at, boolean logits, float[] into) {
    for (int i = 0; i < dim; i++) {
      into[i] = (float) (deviation * outputs[at + i]);
    }
  }
}
