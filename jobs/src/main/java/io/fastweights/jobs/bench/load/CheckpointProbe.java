package io.fastweights.jobs.bench.load;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Measures the pause of a task for a checkpoint. As the first operator of its chain, it is notified
 * first of a barrier and snapshotted last: the time between includes the flush before the barrier
 * and the synchronous part of every other operator's snapshot.
 */
public final class CheckpointProbe extends AbstractStreamOperator<Tuple2<Long, Long>>
    implements OneInputStreamOperator<Tuple2<Long, Long>, Tuple2<Long, Long>> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, List<Pause>> PAUSES = new ConcurrentHashMap<>();

  private final String name;
  private transient Set<Long> keys;
  private transient long begin;

  /**
   * @param keys different keys of the events since the checkpoint before
   */
  public record Pause(double millis, int keys) {}

  public CheckpointProbe(String name) {
    this.name = name;
  }

  /** The pauses of the probe of this name. */
  public static List<Pause> pauses(String name) {
    return PAUSES.getOrDefault(name, List.of());
  }

  @Override
  public void open() throws Exception {
    super.open();
    keys = new HashSet<>();
    PAUSES.put(name, new CopyOnWriteArrayList<>());
  }

  @Override
  public void processElement(StreamRecord<Tuple2<Long, Long>> element) {
    keys.add(element.getValue().f0);
    output.collect(element);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    begin = System.nanoTime();
    super.prepareSnapshotPreBarrier(checkpointId);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    PAUSES.get(name).add(new Pause((System.nanoTime() - begin) / 1e6, keys.size()));
    keys.clear();
  }
}
