package io.fastweights.jobs.events.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.schema.EventFormat.Time;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeGuessTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "01/Mar/2024:00:00:05 +0100 | 2024-02-29T23:00:05Z",
        "[01/Mar/2024:00:00:05 +0100] | 2024-02-29T23:00:05Z",
        "Fri, 01 Mar 2024 00:00:05 +0000 | 2024-03-01T00:00:05Z",
        "Fri, 01 Mar 2024 00:00:05 GMT | 2024-03-01T00:00:05Z",
        "Fri Mar  1 00:00:05 2024 | 2024-03-01T00:00:05Z",
        "Fri Mar 01 00:00:05 +0000 2024 | 2024-03-01T00:00:05Z",
        "3/1/2024 12:00 AM | 2024-03-01T00:00:00Z",
        "3/1/2024 1:02:03 pm | 2024-03-01T13:02:03Z",
        "31-03-2024 10:20 | 2024-03-31T10:20:00Z",
        "01-MAR-2024 10:20:30 | 2024-03-01T10:20:30Z"
      })
  void knowsHowProgramsWriteTimes(String text, Instant time) {
    Time format = TimeGuess.of(List.of(text));
    assertThat(format).as(text).isNotNull();
    assertThat(TimeGuess.millis(format, List.of(text))).containsExactly(time.toEpochMilli());
  }

  @Test
  void takesTheFirstOrderOfDaysAndMonthsThatFitsAll() {
    assertThat(TimeGuess.of(List.of("1/2/2024", "3/4/2024")).pattern()).isEqualTo("M/d/yyyy");
    assertThat(TimeGuess.of(List.of("1/2/2024", "13/4/2024")).pattern()).isEqualTo("d/M/yyyy");
  }
}
