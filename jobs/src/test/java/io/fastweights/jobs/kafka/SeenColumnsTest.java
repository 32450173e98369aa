package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeenColumnsTest {
  @Test
  void namesTheColumnsOfTheSchemaThatNoMessageHas() {
    SeenColumns seen = new SeenColumns(List.of("user", "page", "shop"), List.of("user", "page"));
    assertThat(seen.missing()).isEmpty();
    for (int i = 1; i < SeenColumns.FIRST; i++) {
      assertThat(seen.add(new String[] {"u", null, null}, "Page")).isFalse();
    }
    assertThat(seen.isLooking()).isTrue();
    assertThat(seen.add(new String[] {"u", null, null}, null)).isTrue();
    assertThat(seen.isLooking()).isFalse();
    assertThat(seen.missing())
        .containsExactly(
            "none of the first 1,000 messages has a value of column page; did you mean Page?");
  }

  @Test
  void saysNothingOnceAllWereSeen() {
    SeenColumns seen = new SeenColumns(List.of("user", "page"), List.of("user", "page"));
    seen.add(new String[] {"u", null}, null);
    seen.add(new String[] {null, "p"}, null);
    assertThat(seen.missing()).isEmpty();
  }
}
