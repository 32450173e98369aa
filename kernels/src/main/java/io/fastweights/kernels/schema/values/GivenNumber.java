package io.fastweights.kernels.schema.values;

/** A number as a reader gave it: a Double that is set again for each event. */
public final class GivenNumber extends Number {
  private static final long serialVersionUID = 1L;

  private double value;

  /** Becomes another number. */
  public GivenNumber set(double number) {
    value = number;
    return this;
  }

  @Override
  public double doubleValue() {
    return value;
  }

  @Override
  public float floatValue() {
    return (float) value;
  }

  @Override
  public long longValue() {
    return (long) value;
  }

  @Override
  public int intValue() {
    return (int) value;
  }

  @Override
  public String toString() {
    return Double.toString(value);
  }
}
