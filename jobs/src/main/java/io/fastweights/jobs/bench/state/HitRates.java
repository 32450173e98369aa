package io.fastweights.jobs.bench.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Cache hit rates by eviction policy.
 *
 * @param trace name of the events
 * @param keys different keys
 * @param capacity keys that the cache holds
 * @param rates hits over events, by policy
 */
record HitRates(String trace, int keys, int capacity, Map<String, Double> rates) {
  static final List<String> POLICIES = List.of("sieve", "lru", "tinylfu");

  /**
   * @param fraction how many of the different keys the cache holds
   */
  static HitRates of(String trace, int[] events, double fraction) {
    int keys = (int) IntStream.of(events).distinct().count();
    int capacity = Math.max(1, (int) (fraction * keys));
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String name : POLICIES) {
      CachePolicy policy = CachePolicy.of(name, capacity);
      long hits = IntStream.of(events).filter(policy::hit).count();
      rates.put(name, (double) hits / events.length);
    }
    return new HitRates(trace, keys, capacity, rates);
  }
}
