package io.fastweights.operator;

import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** Flink's harness around the operator that holds a builder's predictions against labels. */
final class ScorerHarness
    extends KeyedOneInputStreamOperatorTestHarness<String, Prediction<Trip>, Scored<Trip>> {

  ScorerHarness(FastWeightStream<Trip> stream, StateBackend backend, int parallelism, int subtask)
      throws Exception {
    super(
        factory(stream),
        prediction -> prediction.event().key,
        Types.STRING,
        OperatorHarness.MAX_PARALLELISM,
        parallelism,
        subtask);
    setStateBackend(backend);
    setup(
        Scored.type(OperatorHarness.TRIP)
            .createSerializer(getExecutionConfig().getSerializerConfig()));
  }

  @SuppressWarnings("unchecked")
  private static StreamOperatorFactory<Scored<Trip>> factory(FastWeightStream<Trip> stream) {
    return ((OneInputTransformation<Prediction<Trip>, Scored<Trip>>)
            stream.scored().getTransformation())
        .getOperatorFactory();
  }

  List<Drift> drifts() {
    var drifts = getSideOutput(Scorer.DRIFT);
    return drifts == null ? List.of() : drifts.stream().map(StreamRecord::getValue).toList();
  }

  @Override
  public void close() {
    try {
      super.close();
    } catch (Exception e) {
      throw new AssertionError("the harness did not close", e);
    }
  }
}
