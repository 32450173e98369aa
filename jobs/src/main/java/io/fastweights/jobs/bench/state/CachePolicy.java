package io.fastweights.jobs.bench.state;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fastweights.operator.cache.Sieve;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A cache of keys only, to count its hits. */
interface CachePolicy {

  /** Looks a key up, and adds it on a miss. True on a hit. */
  boolean hit(int key);

  /** A policy for a cache of so many keys, by its name in figures. */
  static CachePolicy of(String name, int capacity) {
    return switch (name) {
      case "sieve" -> new Shipped(capacity);
      case "lru" -> new Lru(capacity);
      case "tinylfu" -> new TinyLfu(capacity);
      default -> throw new IllegalArgumentException("no policy is named " + name);
    };
  }

  /** The order of the operator's own cache. */
  final class Shipped implements CachePolicy {
    private final Map<Integer, Key> keys = new HashMap<>();
    private final Sieve<Key> order = new Sieve<>(key -> false);
    private final int capacity;

    private static final class Key extends Sieve.Entry<Key> {
      private final int key;

      private Key(int key) {
        this.key = key;
      }
    }

    Shipped(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public boolean hit(int key) {
      Key known = keys.get(key);
      if (known != null) {
        order.hit(known);
        return true;
      }
      if (keys.size() == capacity) {
        Key victim = order.victim();
        order.remove(victim);
        keys.remove(victim.key);
      }
      Key added = new Key(key);
      order.add(added);
      keys.put(key, added);
      return false;
    }
  }

  /** Evicts the least recently used key. */
  final class Lru implements CachePolicy {
    private final LinkedHashMap<Integer, Boolean> keys = new LinkedHashMap<>(16, 0.75f, true);
    private final int capacity;

    Lru(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public boolean hit(int key) {
      if (keys.get(key) != null) {
        return true;
      }
      keys.put(key, true);
      if (keys.size() > capacity) {
        keys.remove(keys.keySet().iterator().next());
      }
      return false;
    }
  }

  /** Caffeine's W-TinyLFU; its upkeep runs at once. */
  final class TinyLfu implements CachePolicy {
    private final Cache<Integer, Boolean> keys;

    TinyLfu(int capacity) {
      keys = Caffeine.newBuilder().maximumSize(capacity).executor(Runnable::run).build();
    }

    @Override
    public boolean hit(int key) {
      if (keys.getIfPresent(key) != null) {
        return true;
      }
      keys.put(key, true);
      return false;
    }
  }
}
