package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Prediction;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;

/** Flink's harness around the operator that rates the errors of a builder's predictions. */
public final class AnomalyHarness extends KeyedHarness<Prediction<Trip>, Anomaly<Trip>> {

  public AnomalyHarness(FastWeightStream<Trip> stream, String backend, int parallelism, int subtask)
      throws Exception {
    super(
        factory(stream),
        prediction -> prediction.event().key,
        Anomaly.type(OperatorHarness.TRIP),
        OperatorHarness.backend(backend),
        parallelism,
        subtask);
  }

  @SuppressWarnings("unchecked")
  private static StreamOperatorFactory<Anomaly<Trip>> factory(FastWeightStream<Trip> stream) {
    return ((OneInputTransformation<Prediction<Trip>, Anomaly<Trip>>)
            stream.anomalies().getTransformation())
        .getOperatorFactory();
  }
}
