package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Flink's harness around the sorter that a builder put in front of its operator. */
public final class SorterHarness extends KeyedHarness<Trip, Trip> {
  public static final OutputTag<Trip> LATE = new OutputTag<>("late", OperatorHarness.TRIP);

  /**
   * @param stream of a builder that takes events in the order of their time
   */
  public SorterHarness(
      FastWeightStream<Trip> stream, StateBackend backend, int parallelism, int subtask)
      throws Exception {
    super(factory(stream), Trip::key, OperatorHarness.TRIP, backend, parallelism, subtask);
  }

  public SorterHarness(
      Duration lateness, String backend, boolean reuse, int parallelism, int subtask)
      throws Exception {
    this(stream(lateness), OperatorHarness.backend(backend), parallelism, subtask);
    if (reuse) {
      getExecutionConfig().enableObjectReuse();
    }
  }

  private static FastWeightStream<Trip> stream(Duration lateness) {
    return TestModel.ASSOCIATIVE
        .on(OperatorHarness.builder(new Configuration()))
        .eventTime(lateness)
        .build();
  }

  @SuppressWarnings("unchecked")
  private static StreamOperatorFactory<Trip> factory(FastWeightStream<Trip> stream) {
    return ((OneInputTransformation<Trip, Trip>)
            stream.late().getTransformation().getInputs().get(0))
        .getOperatorFactory();
  }

  public List<Long> lateIds() {
    var late = getSideOutput(LATE);
    return late == null
        ? List.of()
        : late.stream().map(StreamRecord::getValue).map(trip -> trip.id).toList();
  }
}
