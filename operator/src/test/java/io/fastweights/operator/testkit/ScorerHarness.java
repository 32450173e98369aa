package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.scoring.Scorer;
import java.util.List;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Flink's harness around the operator that scores a builder's predictions against labels. */
public final class ScorerHarness extends KeyedHarness<Prediction<Trip>, Scored<Trip>> {

  public ScorerHarness(
      FastWeightStream<Trip> stream, StateBackend backend, int parallelism, int subtask)
      throws Exception {
    super(
        factory(stream),
        prediction -> prediction.event().key,
        Scored.type(OperatorHarness.TRIP),
        backend,
        parallelism,
        subtask);
  }

  /** The only subtask of a job with so many key groups. */
  public ScorerHarness(FastWeightStream<Trip> stream, StateBackend backend, int maxParallelism)
      throws Exception {
    super(
        factory(stream),
        prediction -> prediction.event().key,
        Scored.type(OperatorHarness.TRIP),
        backend,
        TaskEnvironment.of(maxParallelism, 1, 0));
  }

  @SuppressWarnings("unchecked")
  private static StreamOperatorFactory<Scored<Trip>> factory(FastWeightStream<Trip> stream) {
    return ((OneInputTransformation<Prediction<Trip>, Scored<Trip>>)
            stream.scored().getTransformation())
        .getOperatorFactory();
  }

  public List<Drift> drifts() {
    var drifts = getSideOutput(Scorer.DRIFT);
    return drifts == null ? List.of() : drifts.stream().map(StreamRecord::getValue).toList();
  }
}
