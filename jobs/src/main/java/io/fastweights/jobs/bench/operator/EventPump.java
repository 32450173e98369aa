package io.fastweights.jobs.bench.operator;

import io.fastweights.jobs.bench.load.KeySequence;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Sends a round of events down its chain for each record that comes, and measures what the
 * operators behind it take for them in this thread. Events are made before the measurement starts.
 */
final class EventPump extends AbstractStreamOperator<Tuple2<Long, Long>>
    implements OneInputStreamOperator<Long, Tuple2<Long, Long>> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, List<Round>> ROUNDS = new ConcurrentHashMap<>();

  private final String name;
  private final int events;
  private final KeySequence keys;
  private transient StreamRecord<Tuple2<Long, Long>> record;
  private transient com.sun.management.ThreadMXBean threads;

  /** Per event: CPU time, and bytes allocated on the Java heap. */
  record Round(double nanos, double bytes) {}

  /**
   * @param name of the measurements
   * @param events of a round
   */
  EventPump(String name, int events, KeySequence keys) {
    this.name = name;
    this.events = events;
    this.keys = keys;
  }

  /** The rounds measured by the pump of this name, in order. */
  static List<Round> rounds(String name) {
    return ROUNDS.get(name);
  }

  @Override
  public void open() throws Exception {
    super.open();
    record = new StreamRecord<>(null);
    threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ROUNDS.put(name, new CopyOnWriteArrayList<>());
  }

  @Override
  public void processElement(StreamRecord<Long> round) {
    List<Tuple2<Long, Long>> made = made(round.getValue());
    long bytes = threads.getCurrentThreadAllocatedBytes();
    long nanos = threads.getCurrentThreadCpuTime();
    for (Tuple2<Long, Long> event : made) {
      output.collect(record.replace(event));
    }
    nanos = threads.getCurrentThreadCpuTime() - nanos;
    bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
    ROUNDS.get(name).add(new Round((double) nanos / events, (double) bytes / events));
  }

  private List<Tuple2<Long, Long>> made(long round) {
    return LongStream.range(round * events, (round + 1) * events)
        .mapToObj(event -> Tuple2.of(keys.key(event), event))
        .toList();
  }
}
