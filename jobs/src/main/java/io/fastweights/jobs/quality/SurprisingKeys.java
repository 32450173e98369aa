package io.fastweights.jobs.quality;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.accumulators.Accumulator;

/** The keys of a job with the highest mean recall error, as an accumulator. */
public final class SurprisingKeys
    implements Accumulator<SurprisingKeys.Key, ArrayList<SurprisingKeys.Key>> {
  /** Name of the accumulator. */
  public static final String NAME = "surprising-keys";

  /** First events of a key that do not count, and fewest events after them. */
  public static final int FIRST = 10;

  private static final long serialVersionUID = 1L;
  private static final int MOST = 15;

  private final ArrayList<Key> keys = new ArrayList<>();

  /**
   * A key.
   *
   * @param events observed ones that count
   * @param recallError their mean
   */
  public record Key(String name, long events, double recallError) implements Serializable {}

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

  /** Takes these keys in place of those that were added. */
  public synchronized void set(List<Key> highest) {
    keys.clear();
    highest.forEach(this::add);
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
