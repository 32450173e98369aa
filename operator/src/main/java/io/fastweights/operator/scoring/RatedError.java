package io.fastweights.operator.scoring;

import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.Prediction;
import java.io.Serializable;
import org.apache.flink.annotation.Internal;

/**
 * The error of an observed event that {@link ErrorRating} rates.
 *
 * @param <T> element of the stream
 */
@Internal
@FunctionalInterface
public interface RatedError<T> extends Serializable {
  double of(Prediction<T> prediction);

  /** The absolute error of the answer if the target is a number, else the recall error. */
  static <T> RatedError<T> of(Target target) {
    return target instanceof Target.Number ? RatedError::absolute : Prediction::recallError;
  }

  /** The mean of |target - answer| over the floats of a target. */
  static <T> double absolute(Prediction<T> prediction) {
    return Loss.NUMBER.of(prediction.values(), prediction.target());
  }
}
