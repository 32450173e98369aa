package io.fastweights.jobs.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.util.TimeUtils;

/**
 * The latest time in each partition of a topic. An event that is further behind is late. The
 * partition's watermark is no further on, but its moments depend on the clock: without this check
 * it would depend on timing too which events are late.
 */
final class PartitionTimes {
  private final Duration lateness;
  private final long latenessMillis;
  private final Map<Integer, Long> latest = new HashMap<>();
  private final ListState<Tuple2<Integer, Long>> state;

  /**
   * @param store of the operator's state, which has parallelism 1
   */
  PartitionTimes(Duration lateness, OperatorStateStore store) throws Exception {
    this.lateness = lateness;
    latenessMillis = lateness.toMillis();
    state =
        store.getListState(
            new ListStateDescriptor<>("latest-times", Types.TUPLE(Types.INT, Types.LONG)));
    for (Tuple2<Integer, Long> restored : state.get()) {
      latest.merge(restored.f0, restored.f1, Math::max);
    }
  }

  void save() throws Exception {
    state.clear();
    for (Map.Entry<Integer, Long> partition : latest.entrySet()) {
      state.add(Tuple2.of(partition.getKey(), partition.getValue()));
    }
  }

  /** Why the next event of a partition is late; null if it is not. */
  String late(int partition, long timestamp) {
    Long before = latest.get(partition);
    if (before == null || timestamp > before) {
      latest.put(partition, timestamp);
      return null;
    }
    if (timestamp >= before - latenessMillis) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "time is %s, behind an earlier event of the partition at %s by more than"
            + " source.kafka.max-lateness, %s",
        Instant.ofEpochMilli(timestamp),
        Instant.ofEpochMilli(before),
        TimeUtils.formatWithHighestUnit(lateness));
  }
}
