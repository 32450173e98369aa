package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.ReasonCounts.Kind;
import io.fastweights.jobs.events.ReasonCounts.Refusal;
import org.junit.jupiter.api.Test;

class ReasonCountsTest {
  @Test
  void countsReasonsThatDifferInTheirValuesAsOneAndKeepsTheFirst() {
    ReasonCounts counts = new ReasonCounts();
    counts.add(new Refusal("a.csv, line 2", "time 'noon' is no time"));
    counts.add(new Refusal("a.csv, line 3", "the key is missing"));
    counts.add(new Refusal("a.csv, line 4", "time '12 hours' is no time"));
    ReasonCounts others = counts.clone();
    others.add(new Refusal("b.csv, line 9", "the line has 3 of 5 columns"));
    counts.merge(others);
    assertThat(ReasonCounts.sorted(counts.getLocalValue()))
        .containsExactly(
            new Kind(4, "a.csv, line 2: time 'noon' is no time"),
            new Kind(2, "a.csv, line 3: the key is missing"),
            new Kind(1, "b.csv, line 9: the line has 3 of 5 columns"));
  }

  @Test
  void keepsNoMoreKindsThanItHasRoomFor() {
    ReasonCounts counts = new ReasonCounts();
    for (int i = 0; i < 1000; i++) {
      counts.add(new Refusal("f", "letters " + "x".repeat(i)));
    }
    assertThat(counts.getLocalValue()).hasSize(101);
    assertThat(counts.getLocalValue().values().stream().mapToLong(Kind::count).sum())
        .isEqualTo(1000);
  }
}
