package io.fastweights.jobs.bench.load;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Key of an event: a function of the event's number, so that a job can start anywhere. */
public interface KeySequence extends Serializable {

  long key(long event);

  /** Scatters small numbers without collisions: an odd factor has an inverse. */
  private static long scattered(long number) {
    return number * 0x9E3779B97F4A7C15L;
  }

  /** Every key once, then every key again in the same order. */
  static KeySequence inTurns(int keys) {
    return event -> scattered(event % keys);
  }

  /** All keys with equal probability. */
  static KeySequence uniform(int keys, long seed) {
    return event -> scattered(new SplittableRandom(seed ^ event).nextInt(keys));
  }

  /** The i-th key has a probability proportional to 1 / i: Zipf's law, exponent 1. */
  static KeySequence zipf(int keys, long seed) {
    return new Zipf(keys, seed);
  }

  /** Inverts the distribution function by binary search. */
  final class Zipf implements KeySequence {
    private static final long serialVersionUID = 1L;

    private final int keys;
    private final long seed;
    private transient double[] upTo;

    private Zipf(int keys, long seed) {
      this.keys = keys;
      this.seed = seed;
    }

    @Override
    public long key(long event) {
      return scattered(rank(event));
    }

    /** 0 for the most frequent key. */
    public int rank(long event) {
      if (upTo == null) {
        upTo = distribution(keys);
      }
      double at = new SplittableRandom(seed ^ event).nextDouble() * upTo[keys - 1];
      int found = Arrays.binarySearch(upTo, at);
      return found >= 0 ? found + 1 : -found - 1;
    }

    private static double[] distribution(int keys) {
      double[] upTo = new double[keys];
      double sum = 0;
      for (int i = 0; i < keys; i++) {
        sum += 1.0 / (i + 1);
        upTo[i] = sum;
      }
      return upTo;
    }
  }
}
