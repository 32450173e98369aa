package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.refresh.ModelChecker;
import io.fastweights.operator.simulation.Chain;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/**
 * The operators that a builder adds to a job, on harnesses: the one that checks new weights, and
 * the others as a chain for each subtask. Events go to the subtask of their key, all other input to
 * every subtask; a barrier reaches all operators at the same position in the stream.
 */
@SuppressWarnings("try") // a harness may be interrupted when it closes
public final class Job implements Inputs, AutoCloseable {
  private static final long DAY = 86_400_000;

  private final CheckerHarness checker;
  private final List<Chain> chains = new ArrayList<>();
  private final List<Output> refused = new ArrayList<>();
  private long now;

  /**
   * @param stream built by the setup; subtasks get copies
   * @param last null to begin without state
   */
  public Job(
      Setup setup,
      FastWeightStream<Trip> stream,
      StateBackend backend,
      int parallelism,
      Checkpoint last)
      throws Exception {
    now = last == null ? 0 : last.now();
    for (int subtask = 0; subtask < parallelism; subtask++) {
      chains.add(new Chain(setup, stream, backend, parallelism, subtask));
    }
    checker = setup.refreshed() ? new CheckerHarness(stream) : null;
    int operator = 0;
    for (List<AbstractStreamOperatorTestHarness<?>> subtasks : operators()) {
      for (int i = 0; i < subtasks.size(); i++) {
        subtasks.get(i).setProcessingTime(now);
        if (last != null) {
          subtasks.get(i).initializeState(last.operators().get(operator).of(i, subtasks.size()));
        }
        subtasks.get(i).open();
      }
      operator++;
    }
  }

  /** The subtasks of each operator. */
  private List<List<AbstractStreamOperatorTestHarness<?>>> operators() {
    List<List<AbstractStreamOperatorTestHarness<?>>> all = new ArrayList<>();
    if (checker != null) {
      all.add(List.of(checker));
    }
    for (int stage = 0; stage < chains.get(0).stages().size(); stage++) {
      List<AbstractStreamOperatorTestHarness<?>> subtasks = new ArrayList<>();
      for (Chain chain : chains) {
        subtasks.add(chain.stages().get(stage));
      }
      all.add(subtasks);
    }
    return all;
  }

  @Override
  public void event(Trip trip, boolean stamped) throws Exception {
    int subtask =
        KeyGroupRangeAssignment.assignKeyToParallelOperator(
            trip.key, KeyedHarness.MAX_PARALLELISM, chains.size());
    chains.get(subtask).take(stamped ? new StreamRecord<>(trip, trip.time) : unstamped(trip));
  }

  /** As a source without timestamps sends it, or a bare function. */
  private static StreamRecord<Trip> unstamped(Trip trip) {
    return trip.id % 2 == 0 ? new StreamRecord<>(trip) : new StreamRecord<>(trip, Long.MIN_VALUE);
  }

  @Override
  public void watermark(long time) throws Exception {
    for (Chain chain : chains) {
      chain.take(new Watermark(time));
    }
  }

  @Override
  public void status(WatermarkStatus status) throws Exception {
    for (Chain chain : chains) {
      chain.take(status);
    }
  }

  @Override
  public void update(Update update) throws Exception {
    checker.processElement(new StreamRecord<>(update.message()));
    for (StreamRecord<CheckedWeights> model : Chain.taken(checker.records())) {
      for (Chain chain : chains) {
        chain.refresh(model.getValue());
      }
    }
    for (var model : Chain.taken(checker.getSideOutput(ModelChecker.REFUSED))) {
      refused.add(Output.refused(model.getValue().path(), model.getValue().version()));
    }
  }

  @Override
  public void day() throws Exception {
    pass(DAY - now % DAY);
  }

  /** Some processing time passes. */
  public void pass(long millis) throws Exception {
    now += millis;
    for (Chain chain : chains) {
      chain.processingTime(now);
    }
  }

  @Override
  public void stop(boolean drain) throws Exception {
    if (drain) {
      watermark(Long.MAX_VALUE);
      end();
    }
  }

  @Override
  public void end() throws Exception {
    for (Chain chain : chains) {
      chain.finish();
    }
  }

  /** A barrier passes: buffered events are emitted. */
  public void barrier(long checkpoint) throws Exception {
    for (Chain chain : chains) {
      chain.barrier(checkpoint);
    }
  }

  /** The synchronous part of a checkpoint. */
  public Checkpoint.Writing snapshot(long checkpoint) throws Exception {
    return Checkpoint.Writing.begin(checkpoint, now, operators());
  }

  public int parallelism() {
    return chains.size();
  }

  /** All lines of a stream that a subtask put out, in order. */
  public List<String> lines(Output.Stream stream, int subtask) {
    List<Output> all =
        stream == Output.Stream.REFUSED_MODELS ? refused : chains.get(subtask).outputs();
    return Output.lines(stream, all);
  }

  /** State of every key, as written by the last snapshot. */
  public Map<String, StoredMemory> stored() throws Exception {
    Map<String, StoredMemory> all = new HashMap<>();
    for (Chain chain : chains) {
      all.putAll(chain.stored());
    }
    return all;
  }

  /** The keys of which events wait for the watermark. */
  public Set<String> keysWaiting() throws Exception {
    Set<String> all = new HashSet<>();
    for (Chain chain : chains) {
      all.addAll(chain.keysWaiting());
    }
    return all;
  }

  /** The keys of which asks wait for their labels. */
  public Set<String> keysAsked() throws Exception {
    Set<String> all = new HashSet<>();
    for (Chain chain : chains) {
      all.addAll(chain.keysAsked());
    }
    return all;
  }

  /** Ends as a job that failed. */
  public void abandon() throws Exception {
    for (List<AbstractStreamOperatorTestHarness<?>> subtasks : operators()) {
      for (AbstractStreamOperatorTestHarness<?> subtask : subtasks) {
        subtask.getProcessingTimeService().shutdownService();
        subtask.getOperator().close();
        subtask.getEnvironment().close();
      }
    }
  }

  @Override
  public void close() throws Exception {
    for (List<AbstractStreamOperatorTestHarness<?>> subtasks : operators()) {
      for (AbstractStreamOperatorTestHarness<?> subtask : subtasks) {
        subtask.close();
      }
    }
  }
}
