package io.fastweights.operator.runtime;

import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.stored.CheckedWeights;
import org.apache.flink.annotation.Internal;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;

/** Creates the operator of each subtask, with an input for new weights. */
@Internal
public final class RefreshedOperatorFactory<T> extends AbstractStreamOperatorFactory<Prediction<T>>
    implements TwoInputStreamOperatorFactory<T, CheckedWeights, Prediction<T>> {
  private static final long serialVersionUID = 1L;

  private final FastWeightOperatorFactory<T> operators;

  public RefreshedOperatorFactory(FastWeightOperatorFactory<T> operators) {
    this.operators = operators;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <O extends StreamOperator<Prediction<T>>> O createStreamOperator(
      StreamOperatorParameters<Prediction<T>> parameters) {
    return (O) operators.createRefreshed(parameters);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return RefreshedOperator.class;
  }
}
