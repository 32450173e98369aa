package io.fastweights.operator;

import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.watermark.Watermark;

/** Every subtask of an operator, each in a harness; events go where Flink would send their keys. */
final class Subtasks implements AutoCloseable {
  private static final int MOST_STATE_BYTES = 1 << 26;

  private final List<OperatorHarness> harnesses = new ArrayList<>();

  /** How to make the operator that a subtask runs. */
  interface Builder {
    FastWeights<Trip> create();
  }

  /** A complete checkpoint of all subtasks. */
  record Checkpoint(OperatorSubtaskState state, int parallelism) {
    OperatorSubtaskState of(int subtask, int newParallelism) {
      return OperatorHarness.repartitionOperatorState(
          state, OperatorHarness.MAX_PARALLELISM, parallelism, newParallelism, subtask);
    }
  }

  /** A checkpoint whose asynchronous part has not run. */
  record Writing(List<OperatorSnapshotFutures> futures) {
    Checkpoint complete() throws Exception {
      OperatorSubtaskState[] states = new OperatorSubtaskState[futures.size()];
      for (int i = 0; i < states.length; i++) {
        states[i] = OperatorSnapshotFinalizer.create(futures.get(i)).getJobManagerOwnedState();
      }
      return new Checkpoint(OperatorHarness.repackageState(states), states.length);
    }

    void cancel() throws Exception {
      for (OperatorSnapshotFutures future : futures) {
        future.cancel();
      }
    }
  }

  /**
   * Open subtasks.
   *
   * @param checkpoint null to begin without state
   */
  Subtasks(Builder builder, StateBackend backend, int parallelism, Checkpoint checkpoint)
      throws Exception {
    for (int subtask = 0; subtask < parallelism; subtask++) {
      OperatorHarness harness =
          new OperatorHarness(builder.create(), backend, parallelism, subtask);
      if (checkpoint != null) {
        harness.initializeState(checkpoint.of(subtask, parallelism));
      }
      harness.open();
      harnesses.add(harness);
    }
  }

  void process(Trip trip) throws Exception {
    int subtask =
        KeyGroupRangeAssignment.assignKeyToParallelOperator(
            trip.key, OperatorHarness.MAX_PARALLELISM, harnesses.size());
    harnesses.get(subtask).process(trip);
  }

  /** New weights come, to every subtask. */
  void refresh(CheckedModel model) throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.refresh(model);
    }
  }

  void watermark(long time) throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.processWatermark(new Watermark(time));
    }
  }

  void processingTime(long time) throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.setProcessingTime(time);
    }
  }

  /** A barrier passes: what was held back is answered. */
  void barrier(long checkpoint) throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.prepareSnapshotPreBarrier(checkpoint);
    }
  }

  /** The synchronous part of a checkpoint. */
  Writing snapshot(long checkpoint) throws Exception {
    List<OperatorSnapshotFutures> futures = new ArrayList<>();
    for (OperatorHarness harness : harnesses) {
      futures.add(
          harness
              .getOperator()
              .snapshotState(
                  checkpoint,
                  checkpoint,
                  CheckpointOptions.forCheckpointWithDefaultLocation(),
                  new MemCheckpointStreamFactory(MOST_STATE_BYTES)));
    }
    return new Writing(futures);
  }

  void finish() throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.finish();
    }
  }

  /** Ids of answered trips, in the order of the answers, by subtask. */
  List<List<Long>> answeredIds() {
    return harnesses.stream().map(OperatorHarness::answeredIds).toList();
  }

  /** Predictions and malformed events as lines, by id. */
  List<String> answers() {
    return Answers.sorted(
        harnesses.stream().flatMap(harness -> harness.answers().stream()).toList());
  }

  /** What the state holds of every key: that which the last snapshot wrote. */
  Map<String, StoredMemory> stored() throws Exception {
    Map<String, StoredMemory> all = new HashMap<>();
    for (OperatorHarness harness : harnesses) {
      for (Object key : keys(harness)) {
        harness.operator().setCurrentKey(key);
        all.put((String) key, harness.operator().store().load());
      }
    }
    return all;
  }

  private static Set<Object> keys(OperatorHarness harness) throws Exception {
    Set<Object> all = new HashSet<>();
    for (String name : harness.operator().store().states()) {
      try (Stream<Object> keys =
          harness.operator().getKeyedStateBackend().getKeys(name, VoidNamespace.INSTANCE)) {
        keys.forEach(all::add);
      }
    }
    return all;
  }

  /** Ends as a job that failed. */
  void abandon() throws Exception {
    for (OperatorHarness harness : harnesses) {
      harness.abandon();
    }
  }

  @Override
  public void close() {
    harnesses.forEach(OperatorHarness::close);
  }
}
