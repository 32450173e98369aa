package io.fastweights.operator.simulation;

import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.OperatorHarness;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Passes elements on, and fails once, at the first element whose id reaches a point. It remembers
 * for the test from which checkpoints its job was restored.
 */
public final class Saboteur<T> implements MapFunction<T, T>, CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Set<String>> FAILED = new ConcurrentHashMap<>();
  private static final Map<String, Set<Long>> RESTORED = new ConcurrentHashMap<>();

  private final String run;
  private final String name;
  private final long point;
  private final SerializableFunction<T, Long> id;

  /**
   * @param run names the job, for {@link #failures} and {@link #restored}
   * @param name names the place in the job
   */
  public Saboteur(String run, String name, long point, SerializableFunction<T, Long> id) {
    this.run = run;
    this.name = name;
    this.point = point;
    this.id = id;
  }

  /** Trips that fail the job once, at the trip with this id. */
  public static SingleOutputStreamOperator<Trip> before(
      DataStream<Trip> trips, String run, long point) {
    return trips
        .map(new Saboteur<Trip>(run, "before", point, trip -> trip.id))
        .returns(OperatorHarness.TRIP)
        .setParallelism(1);
  }

  /** Predictions that fail the job once, at the prediction of the trip with this id. */
  public static DataStream<Prediction<Trip>> behind(
      DataStream<Prediction<Trip>> predictions, String run, long point) {
    return predictions
        .map(new Saboteur<Prediction<Trip>>(run, "behind", point, one -> one.event().id))
        .returns(Prediction.type(OperatorHarness.TRIP));
  }

  @Override
  public T map(T value) {
    if (id.apply(value) >= point
        && FAILED.computeIfAbsent(run, key -> ConcurrentHashMap.newKeySet()).add(name)) {
      throw new IllegalStateException("injected " + name + " at " + id.apply(value));
    }
    return value;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  @Override
  public void initializeState(FunctionInitializationContext context) {
    context
        .getRestoredCheckpointId()
        .ifPresent(
            checkpoint ->
                RESTORED
                    .computeIfAbsent(run, key -> ConcurrentHashMap.newKeySet())
                    .add(checkpoint));
  }

  /** Places at which a run has failed. */
  public static Set<String> failures(String run) {
    return new TreeSet<>(FAILED.getOrDefault(run, Set.of()));
  }

  /** Checkpoints that a run was restored from. */
  public static Set<Long> restored(String run) {
    return new TreeSet<>(RESTORED.getOrDefault(run, Set.of()));
  }
}
