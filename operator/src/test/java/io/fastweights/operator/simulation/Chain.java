package io.fastweights.operator.simulation;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.testkit.KeyedHarness;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Output;
import io.fastweights.operator.testkit.ScorerHarness;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.SorterHarness;
import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/**
 * One subtask of a job's operators (the sorter, the operator itself, the scorer) as Flink chains
 * them: what one puts out the next one gets, in that order, records and watermarks alike.
 */
public final class Chain {
  private final SorterHarness sorter;
  private final OperatorHarness operator;
  private final ScorerHarness scorer;
  private final List<KeyedHarness<?, ?>> stages = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();

  /**
   * @param stream built by the setup
   */
  public Chain(
      Setup setup,
      FastWeightStream<Trip> stream,
      StateBackend backend,
      int parallelism,
      int subtask)
      throws Exception {
    sorter = setup.eventTime() ? new SorterHarness(stream, backend, parallelism, subtask) : null;
    operator = new OperatorHarness(stream, backend, parallelism, subtask);
    scorer = setup.scores() ? new ScorerHarness(stream, backend, parallelism, subtask) : null;
    if (sorter != null) {
      stages.add(sorter);
    }
    stages.add(operator);
    if (scorer != null) {
      stages.add(scorer);
    }
  }

  /** Gives the first operator a record, a watermark, or a status. */
  public void take(Object element) throws Exception {
    give(stages.get(0), element);
    flow();
  }

  @SuppressWarnings("unchecked")
  private static <X> void give(KeyedHarness<X, ?> stage, Object element) throws Exception {
    if (element instanceof Watermark mark) {
      stage.processWatermark(mark);
    } else if (element instanceof WatermarkStatus status) {
      stage.processWatermarkStatus(status);
    } else {
      stage.processElement((StreamRecord<X>) element);
    }
  }

  /** Passes on what the operators have put out. */
  private void flow() throws Exception {
    if (sorter != null) {
      for (Object element : taken(sorter.getOutput())) {
        give(operator, element);
      }
      for (StreamRecord<Trip> late : taken(sorter.getSideOutput(SorterHarness.LATE))) {
        outputs.add(Output.late(late.getValue()));
      }
    }
    for (Object element : taken(operator.getOutput())) {
      outputs.add(predicted(element));
      if (scorer != null) {
        give(scorer, element);
      }
    }
    for (var malformed : taken(operator.getSideOutput(OperatorHarness.MALFORMED))) {
      outputs.add(Output.malformed(malformed.getValue().event()));
    }
    if (scorer != null) {
      for (Object element : taken(scorer.getOutput())) {
        outputs.add(scored(element));
      }
    }
  }

  /** Takes all out of a queue; null is an empty one. */
  public static <X> List<X> taken(Queue<X> queue) {
    List<X> taken = queue == null ? List.of() : new ArrayList<>(queue);
    if (queue != null) {
      queue.clear();
    }
    return taken;
  }

  @SuppressWarnings("unchecked")
  private static Output predicted(Object element) {
    return element instanceof StreamRecord<?> record
        ? Output.predicted((Prediction<Trip>) record.getValue(), record.hasTimestamp())
        : Output.mark(Output.Stream.PREDICTIONS, element);
  }

  @SuppressWarnings("unchecked")
  private static Output scored(Object element) {
    return element instanceof StreamRecord<?> record
        ? Output.scored((Scored<Trip>) record.getValue())
        : Output.mark(Output.Stream.SCORED, element);
  }

  /** Sends new weights to the operator. */
  public void refresh(CheckedWeights model) throws Exception {
    operator.refresh(model);
    flow();
  }

  /** Advances the time: each operator emits all that is due before the next one's time advances. */
  public void processingTime(long time) throws Exception {
    for (var stage : stages) {
      stage.setProcessingTime(time);
      flow();
    }
  }

  /** A barrier passes: buffered events are emitted. */
  public void barrier(long checkpoint) throws Exception {
    for (var stage : stages) {
      stage.prepareSnapshotPreBarrier(checkpoint);
      flow();
    }
  }

  public void finish() throws Exception {
    for (var stage : stages) {
      stage.endInput();
      stage.getOperator().finish();
      flow();
    }
  }

  /** The operators, the first one first. */
  public List<? extends AbstractStreamOperatorTestHarness<?>> stages() {
    return stages;
  }

  /** All that came out, in order. */
  public List<Output> outputs() {
    return outputs;
  }

  /** State of every key, as written by the last snapshot. */
  public Map<String, StoredMemory> stored() throws Exception {
    Map<String, StoredMemory> all = new HashMap<>();
    for (String state : operator.operator().store().states()) {
      for (String key : keys(operator, state)) {
        operator.operator().setCurrentKey(key);
        all.put(key, operator.operator().store().load());
      }
    }
    return all;
  }

  /** The keys of which events wait for the watermark. */
  public Set<String> keysWaiting() throws Exception {
    if (sorter == null) {
      return Set.of();
    }
    AbstractStreamOperator<?> operator = sorter.getOperator();
    try (Stream<Tuple2<String, Long>> times =
        operator.<String>getKeyedStateBackend().getKeysAndNamespaces(StoredNames.WAITING_EVENTS)) {
      return times.map(time -> time.f0).collect(Collectors.toSet());
    }
  }

  /** The keys of which asks wait for their labels. */
  public Set<String> keysAsked() throws Exception {
    return scorer == null ? Set.of() : keys(scorer, StoredNames.WAITING_ASKS);
  }

  private static Set<String> keys(AbstractStreamOperatorTestHarness<?> stage, String state)
      throws Exception {
    AbstractStreamOperator<?> operator = stage.getOperator();
    try (Stream<String> keys =
        operator.<String>getKeyedStateBackend().getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.collect(Collectors.toSet());
    }
  }
}
