package io.fastweights.jobs.savepoint;

import io.fastweights.kernels.schema.Nearest;
import io.fastweights.state.savepoint.MemorySavepoint;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/** The existing keys most similar to a missing one. */
final class NearestKeys {
  private static final int MOST = 3;

  private record Near(String key, int distance) {}

  private static final Comparator<Near> NEAREST =
      Comparator.comparingInt(Near::distance).thenComparing(Near::key);

  private final String wanted;
  private final PriorityQueue<Near> nearest = new PriorityQueue<>(NEAREST.reversed());
  private long keys;

  private NearestKeys(String wanted) {
    this.wanted = wanted.toLowerCase(Locale.ROOT);
  }

  /** The refusal of a key that a savepoint lacks. */
  static IllegalArgumentException refusal(
      String key, MemorySavepoint savepoint, SavepointCluster cluster) throws Exception {
    NearestKeys nearest = new NearestKeys(key);
    cluster.figures(savepoint, k -> nearest.add(k.key()));
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT, "%s has no key '%s': %s", savepoint.path(), key, nearest.text()));
  }

  private void add(String key) {
    keys++;
    int distance = Nearest.edits(wanted, key.toLowerCase(Locale.ROOT));
    if (distance <= Math.max(1, wanted.length() / 2)) {
      nearest.add(new Near(key, distance));
      if (nearest.size() > MOST) {
        nearest.remove();
      }
    }
  }

  /** Text with the number of keys and the nearest ones. */
  private String text() {
    List<String> names = nearest.stream().sorted(NEAREST).map(Near::key).toList();
    return String.format(
        Locale.ROOT,
        "of its %,d keys %s",
        keys,
        names.isEmpty() ? "none is near it" : "the nearest are " + String.join(", ", names));
  }
}
