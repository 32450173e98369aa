package io.fastweights.jobs.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A cache of keys alone, to see which it keeps. */
interface CachePolicy {

  /** Looks a key up, and takes it in if it is not there. Whether it was there. */
  boolean hit(int key);

  /** A policy for a cache of so many keys, by the name that it has in figures. */
  static CachePolicy of(String name, int capacity) {
    return switch (name) {
      case "sieve" -> new Sieve(capacity);
      case "lru" -> new Lru(capacity);
      case "tinylfu" -> new TinyLfu(capacity);
      default -> throw new IllegalArgumentException("no policy is named " + name);
    };
  }

  /**
   * SIEVE (Zhang et al., NSDI 2024), as the operator's cache does it: keys in the order of their
   * arrival, a hand that moves from old to new, takes marks away, and evicts the first key that has
   * none.
   */
  final class Sieve implements CachePolicy {
    private final Map<Integer, Node> nodes = new HashMap<>();
    private final int capacity;
    private Node oldest;
    private Node newest;
    private Node hand;

    private static final class Node {
      private final int key;
      private boolean visited;
      private Node older;
      private Node newer;

      private Node(int key) {
        this.key = key;
      }
    }

    Sieve(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public boolean hit(int key) {
      Node node = nodes.get(key);
      if (node != null) {
        node.visited = true;
        return true;
      }
      if (nodes.size() == capacity) {
        evict();
      }
      Node added = new Node(key);
      added.older = newest;
      if (newest == null) {
        oldest = added;
      } else {
        newest.newer = added;
      }
      newest = added;
      nodes.put(key, added);
      return false;
    }

    private void evict() {
      Node victim = hand == null ? oldest : hand;
      while (victim.visited) {
        victim.visited = false;
        victim = victim.newer == null ? oldest : victim.newer;
      }
      hand = victim.newer;
      if (victim.older == null) {
        oldest = victim.newer;
      } else {
        victim.older.newer = victim.newer;
      }
      if (victim.newer == null) {
        newest = victim.older;
      } else {
        victim.newer.older = victim.older;
      }
      nodes.remove(victim.key);
    }
  }

  /** Evicts the key that was used longest ago. */
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
