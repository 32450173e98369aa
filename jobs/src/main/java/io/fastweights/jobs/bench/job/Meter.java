package io.fastweights.jobs.bench.job;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Counts the events that a job of this JVM received and that reached its sink. Optionally measures
 * each event's latency from its timestamp, in {@link System#nanoTime}.
 */
final class Meter {
  private static final Map<String, Meter> OPEN = new ConcurrentHashMap<>();

  private final List<Lane> lanes = new CopyOnWriteArrayList<>();
  private final AtomicLong created = new AtomicLong();
  private volatile boolean timing;
  private long begin;

  private Meter() {}

  /** Opens the meter that jobs find by its name. */
  static Meter open(String name) {
    Meter meter = new Meter();
    OPEN.put(name, meter);
    return meter;
  }

  static Meter of(String name) {
    return OPEN.get(name);
  }

  /** Time of the first call, at the first event; for one thread. */
  long begin() {
    if (begin == 0) {
      begin = System.nanoTime();
    }
    return begin;
  }

  /** An event was created. */
  void create() {
    created.incrementAndGet();
  }

  long created() {
    return created.get();
  }

  /** Events that came to the sink. */
  long answered() {
    long answered = 0;
    for (Lane lane : lanes) {
      answered += lane.answered.get();
    }
    return answered;
  }

  /** Begins to take times. */
  void time() {
    timing = true;
  }

  /** The times taken, in milliseconds. The job has ended. */
  double[] millis() {
    return lanes.stream()
        .flatMapToDouble(lane -> Arrays.stream(lane.millis, 0, lane.timed))
        .toArray();
  }

  /** Events of one subtask of the sink; only its task writes. */
  private static final class Lane {
    private final AtomicLong answered = new AtomicLong();
    private double[] millis = new double[1 << 16];
    private int timed;

    void add(double value) {
      if (timed == millis.length) {
        millis = Arrays.copyOf(millis, 2 * timed);
      }
      millis[timed++] = value;
    }
  }

  /**
   * Sink of a measured job.
   *
   * @param name of the meter
   * @param pauseMillis per event; 0 for none
   */
  record End<T>(String name, long pauseMillis) implements Sink<T> {
    private static final long serialVersionUID = 1L;

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
      Meter meter = of(name);
      Lane lane = new Lane();
      meter.lanes.add(lane);
      return new Writer<>(meter, lane, pauseMillis);
    }
  }

  private record Writer<T>(Meter meter, Lane lane, long pauseMillis) implements SinkWriter<T> {
    @Override
    public void write(T element, Context context) throws InterruptedException {
      if (meter.timing) {
        lane.add((System.nanoTime() - context.timestamp()) / 1e6);
      }
      if (pauseMillis > 0) {
        Thread.sleep(pauseMillis);
      }
      lane.answered.lazySet(lane.answered.get() + 1);
    }

    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public void close() {}
  }
}
