package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MalformedLimitTest {
  @Test
  void isAShareOfTheFirstThousandAndOfAll() {
    MalformedLimit half = MalformedLimit.DEFAULT;
    assertThat(half.problem(4, 2)).isNull();
    assertThat(half.problem(4, 3)).contains("3 of 4 events were refused, at most 50% may be");
    assertThat(half.isBeyond(999, 999)).isFalse();
    assertThat(half.isBeyond(1000, 500)).isFalse();
    assertThat(half.isBeyond(1000, 501)).isTrue();
    assertThat(MalformedLimit.of("0.5%").problem(1000, 6)).contains("at most 0.5% may be");
    assertThat(MalformedLimit.of("100%").problem(10, 10)).isNull();
    assertThat(MalformedLimit.of("0%").problem(0, 0)).isNull();
  }

  @Test
  void isANumberWhateverTheShare() {
    MalformedLimit three = MalformedLimit.of("3");
    assertThat(three.problem(3, 3)).isNull();
    assertThat(three.problem(1_000_000, 4)).contains("at most 3 may be");
    assertThat(three.isBeyond(5, 3)).isFalse();
    assertThat(three.isBeyond(5, 4)).isTrue();
  }
}
