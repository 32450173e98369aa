package io.fastweights.jobs.bench.load;

import io.fastweights.operator.api.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;

/** Results of a job of this JVM so far: the number of events, and a digest of the answers. */
public final class Tally {
  /** Events from one kept digest to the next. */
  static final int STRIDE = 256;

  private static final Map<String, Tally> OPEN = new ConcurrentHashMap<>();

  private final List<Long> digests = new ArrayList<>();
  private final int kept;
  private final List<float[]> first = new ArrayList<>();
  private long digest;
  private long count;
  private final AtomicLong events = new AtomicLong();
  private volatile long firstNanos;
  private volatile long firstEvent;

  /**
   * @param kept answers that are kept whole, from the first on
   */
  private Tally(int kept) {
    this.kept = kept;
  }

  /** Opens the tally that jobs find by its name. */
  public static Tally open(String name, int kept) {
    Tally tally = new Tally(kept);
    OPEN.put(name, tally);
    return tally;
  }

  /** Events answered. */
  public long events() {
    return events.get();
  }

  /** {@link System#nanoTime} of the first answer; 0 before it. */
  public long firstNanos() {
    return firstNanos;
  }

  /** Number of the event that was answered first. */
  public long firstEvent() {
    return firstEvent;
  }

  /** The first answers: the outputs, then the recall error. Read it after the job ends. */
  public List<float[]> first() {
    return first;
  }

  /** A digest of all answers after each {@link #STRIDE} of them. Read it once the job ends. */
  public List<Long> digests() {
    return digests;
  }

  /**
   * Compares the answers of two jobs by their digests, up to the shorter one.
   *
   * @return the events compared
   * @throws IllegalStateException if an answer differs by a bit
   */
  public static long requireSame(List<Long> one, List<Long> other) {
    int both = Math.min(one.size(), other.size());
    for (int i = 0; i < both; i++) {
      if (!one.get(i).equals(other.get(i))) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the two ways answer events %d ... %d differently",
                (long) i * STRIDE,
                (i + 1L) * STRIDE - 1));
      }
    }
    return (long) both * STRIDE;
  }

  private void add(Prediction<Tuple2<Long, Long>> answer) {
    for (float value : answer.values()) {
      digest = 31 * digest + Float.floatToIntBits(value);
    }
    digest = 31 * digest + Float.floatToIntBits(answer.recallError());
    if (count < kept) {
      float[] whole = java.util.Arrays.copyOf(answer.values(), answer.values().length + 1);
      whole[whole.length - 1] = answer.recallError();
      first.add(whole);
    }
    if (count == 0) {
      firstEvent = answer.event().f1;
      firstNanos = System.nanoTime();
    }
    count++;
    if (count % STRIDE == 0) {
      digests.add(digest);
    }
    events.lazySet(count);
  }

  /** Counts on the way. */
  static final class Count
      extends RichMapFunction<Prediction<Tuple2<Long, Long>>, Prediction<Tuple2<Long, Long>>> {
    private static final long serialVersionUID = 1L;

    private final String name;
    private transient Tally tally;

    Count(String name) {
      this.name = name;
    }

    @Override
    public void open(OpenContext context) {
      tally = OPEN.get(name);
    }

    @Override
    public Prediction<Tuple2<Long, Long>> map(Prediction<Tuple2<Long, Long>> answer) {
      tally.add(answer);
      return answer;
    }
  }
}
