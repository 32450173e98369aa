package io.fastweights.kernels.schema;

/** Source of the mean and the deviation that standardise a number. */
public enum Statistics {
  /** Constants of the schema. */
  GIVEN,

  /**
   * Running statistics of the event's key, see {@link RunningMoments}. A mean and a deviation of
   * the schema are where they start; without them they start with the key's first value.
   */
  KEY,

  /**
   * Of a target only: the key's last value, and running statistics of the changes from value to
   * value. The answer is the last value and a change. A mean of the schema is the answer before the
   * first value, a deviation is where that of the changes starts.
   */
  CHANGES
}
