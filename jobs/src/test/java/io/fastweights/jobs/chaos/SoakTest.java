package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.output.Figures;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SoakTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void comparesTheSecondTenthWithTheLastOfTheProcessThatDriftsMost() {
    Soak soak = new Soak();
    for (int i = 0; i < 100; i++) {
      soak.sample("steady", 300 * MEBIBYTE);
      soak.sample("shrinking", (i < 50 ? 100 : 92) * MEBIBYTE);
      soak.sample("warming", (i < 10 ? 20 : 100) * MEBIBYTE);
      soak.sample("growing", (100 + i / 10) * MEBIBYTE);
    }
    Figures figures = soak.drifts();
    assertThat(figures.get("rss.growing.second.MiB")).isEqualTo(101.0);
    assertThat(figures.get("rss.growing.last.MiB")).isEqualTo(109.0);
    assertThat(figures.get("rss.warming.second.MiB")).isEqualTo(100.0);
    assertThat(figures.get(Soak.DRIFT).doubleValue()).isCloseTo(8, Offset.offset(1e-9));
  }
}
