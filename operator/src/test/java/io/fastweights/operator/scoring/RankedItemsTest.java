package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.Ranking;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RankedItemsTest {

  @Test
  void hashesSurviveAsFloats() {
    SplittableRandom random = new SplittableRandom(3);
    long[] hashes = random.longs(20).toArray();
    hashes[3] = -1;
    hashes[4] = 0;
    float[] stored = new float[7 + RankedItems.floats(hashes.length)];
    Arrays.fill(stored, Float.NaN);
    RankedItems.write(hashes, hashes.length, stored, 7);
    assertThat(RankedItems.floats(stored, 7)).isEqualTo(stored.length - 7);
    for (int i = 0; i < hashes.length; i++) {
      assertThat(RankedItems.rank(stored, 7, hashes[i])).as("hash %d", hashes[i]).isEqualTo(i + 1);
    }
    assertThat(RankedItems.rank(stored, 7, 12345)).isEqualTo(Ranking.ABSENT);
    assertThat(RankedItems.rank(new float[] {0}, 0, 12345)).isEqualTo(Ranking.NONE);
  }
}
