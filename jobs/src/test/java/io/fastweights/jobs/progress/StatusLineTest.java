package io.fastweights.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StatusLineTest {
  private final StringWriter written = new StringWriter();

  @Test
  void aPipeGetsWholeLinesWithoutControlCharacters() {
    StatusLine line = new StatusLine(new PrintWriter(written), false);
    line.print("first");
    line.clear();
    line.print("second");
    assertThat(written.toString().lines()).containsExactly("first", "second");
    assertThat(written.toString().chars()).doesNotContain((int) '\r');
  }

  @Test
  void aShortCommandShowsNone() {
    StatusLine line = new StatusLine(new PrintWriter(written), true);
    line.update(() -> "too early");
    line.clear();
    assertThat(written.toString()).isEmpty();
  }

  @Test
  void timeLeftFollowsFromTheShareThatIsDone() {
    assertThat(StatusLine.left(0.25, 60)).isEqualTo("25%, 3:00 left");
    assertThat(StatusLine.left(0, 60)).isEmpty();
    assertThat(StatusLine.left(0.25, 0.1)).isEmpty();
    assertThat(StatusLine.left(Double.NaN, 60)).isEmpty();
    assertThat(StatusLine.left(0.5, Duration.ofSeconds(3_725))).isEqualTo("50%, 62:05 left");
  }
}
