package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.operator.api.Prediction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.Accumulator;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** The keys of a job with the highest mean recall error, as an accumulator. */
public final class SurprisingKeys
    implements Accumulator<SurprisingKeys.Key, ArrayList<SurprisingKeys.Key>> {
  /** Name of the accumulator. */
  public static final String NAME = "surprising-keys";

  /** First events of a key that do not count, and fewest events after them. */
  public static final int FIRST = 10;

  private static final long serialVersionUID = 1L;
  private static final int MOST = 15;
  private static final int MOST_WATCHED = 100_000;

  private final ArrayList<Key> keys = new ArrayList<>();

  /**
   * A key.
   *
   * @param events observed ones that count
   * @param recallError their mean
   */
  public record Key(String name, long events, double recallError) implements Serializable {}

  /** Adds the accumulator to a job. At most 100,000 keys are watched by each subtask. */
  public static void watch(DataStream<Prediction<Event>> predictions) {
    predictions
        .map(new Watch())
        .returns(Types.BOOLEAN)
        .name("recall errors of keys")
        .sinkTo(new DiscardingSink<>());
  }

  /** Sums of each key; the accumulator gets the highest at the end. */
  private static final class Watch extends RichMapFunction<Prediction<Event>, Boolean> {
    private static final long serialVersionUID = 1L;

    /** Events and the sum of their recall errors. */
    private transient Map<String, double[]> sums;

    private transient SurprisingKeys highest;

    @Override
    public void open(OpenContext context) {
      sums = new HashMap<>();
      highest = new SurprisingKeys();
      getRuntimeContext().addAccumulator(NAME, highest);
    }

    @Override
    public Boolean map(Prediction<Event> prediction) {
      float error = prediction.recallError();
      if (prediction.observed() && prediction.seen() >= FIRST && Float.isFinite(error)) {
        String key = prediction.event().key();
        double[] sum = sums.get(key);
        if (sum == null && sums.size() < MOST_WATCHED) {
          sum = new double[2];
          sums.put(key, sum);
        }
        if (sum != null) {
          sum[0]++;
          sum[1] += error;
        }
      }
      return prediction.observed();
    }

    @Override
    public void close() {
      if (sums != null) {
        sums.forEach(
            (key, sum) -> {
              if (sum[0] >= FIRST) {
                highest.add(new Key(key, (long) sum[0], sum[1] / sum[0]));
              }
            });
      }
    }
  }

  /** Highest first. */
  public static List<Key> sorted(List<Key> keys) {
    return keys.stream()
        .sorted(Comparator.comparingDouble(Key::recallError).reversed().thenComparing(Key::name))
        .toList();
  }

  @Override
  public synchronized void add(Key key) {
    keys.add(key);
    if (keys.size() > 2 * MOST) {
      keepHighest();
    }
  }

  private void keepHighest() {
    List<Key> highest = sorted(keys).subList(0, Math.min(MOST, keys.size()));
    keys.clear();
    keys.addAll(highest);
  }

  @Override
  public synchronized ArrayList<Key> getLocalValue() {
    keepHighest();
    return new ArrayList<>(keys);
  }

  /** Flink serializes from another thread than the task's. */
  private Object writeReplace() {
    return clone();
  }

  @Override
  public synchronized void resetLocal() {
    keys.clear();
  }

  @Override
  public void merge(Accumulator<Key, ArrayList<Key>> other) {
    other.getLocalValue().forEach(this::add);
  }

  @Override
  public SurprisingKeys clone() {
    SurprisingKeys copy = new SurprisingKeys();
    copy.keys.addAll(getLocalValue());
    return copy;
  }
}
