package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.load.KeySequence;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/**
 * Makes the events of a benchmark, (key, number), each at its moment: the first at once, the next 1
 * / rate later. A late event does not delay those after it. Only one subtask may make events at a
 * rate.
 */
final class DueEvents implements GeneratorFunction<Long, Tuple2<Long, Long>> {
  private static final long serialVersionUID = 1L;

  private final KeySequence keys;

  /** Events per second; 0 for no limit. */
  private final long rate;

  private final String name;
  private transient Meter meter;

  DueEvents(KeySequence keys, long rate, String meter) {
    this.keys = keys;
    this.rate = rate;
    this.name = meter;
  }

  /** Sets an event's timestamp to the time at which it was due. */
  static TimestampAssigner<Tuple2<Long, Long>> due(long rate, String meter) {
    Meter of = Meter.of(meter);
    return rate == 0 ? (event, none) -> none : (event, none) -> of.begin() + after(event.f1, rate);
  }

  private static long after(long number, long rate) {
    return Math.round(number * (1e9 / rate));
  }

  @Override
  public void open(SourceReaderContext context) {
    meter = Meter.of(name);
  }

  @Override
  public Tuple2<Long, Long> map(Long number) {
    if (rate > 0) {
      long due = meter.begin() + after(number, rate);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        LockSupport.parkNanos(early);
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    meter.create();
    return Tuple2.of(keys.key(number), number);
  }
}
