package io.fastweights.jobs.bench.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.bench.load.KeySequence;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CachePolicyTest {
  @ParameterizedTest
  @ValueSource(strings = {"sieve", "lru", "tinylfu"})
  void everyKeyOfALargeEnoughCacheMissesOnce(String name) {
    CachePolicy policy = CachePolicy.of(name, 10);
    int[] events = IntStream.range(0, 200).map(i -> i % 10).toArray();
    assertThat(IntStream.of(events).filter(key -> !policy.hit(key)).count()).isEqualTo(10);
  }

  @Test
  void sieveKeepsWhatWasHitAndEvictsWhatCameOnce() {
    CachePolicy sieve = CachePolicy.of("sieve", 3);
    for (int key : new int[] {1, 2, 1, 3, 4, 5}) {
      sieve.hit(key);
    }
    assertThat(sieve.hit(1)).isTrue();
    assertThat(sieve.hit(2)).isFalse();
  }

  @Test
  void lruEvictsWhatWasUsedLongestAgo() {
    CachePolicy lru = CachePolicy.of("lru", 2);
    for (int key : new int[] {1, 2, 1, 3}) {
      lru.hit(key);
    }
    assertThat(lru.hit(1)).isTrue();
    assertThat(lru.hit(2)).isFalse();
  }

  @Test
  void zipfsKeysComeInProportionToOneOverTheirRank() {
    int[] ranks = KeyTraces.zipf(1000, 200_000, 3);
    double harmonic = IntStream.rangeClosed(1, 1000).mapToDouble(i -> 1.0 / i).sum();
    for (int rank : new int[] {0, 1, 9}) {
      double share = IntStream.of(ranks).filter(r -> r == rank).count() / 200_000.0;
      assertThat(share).isBetween(0.9 / harmonic / (rank + 1), 1.1 / harmonic / (rank + 1));
    }
    assertThat(IntStream.of(ranks).max().getAsInt()).isLessThan(1000);
  }

  @Test
  void keysInTurnsAreAllDifferentAndComeAgain() {
    KeySequence keys = KeySequence.inTurns(5000);
    assertThat(IntStream.range(0, 5000).mapToLong(keys::key).distinct().count()).isEqualTo(5000);
    assertThat(keys.key(5007)).isEqualTo(keys.key(7));
  }
}
