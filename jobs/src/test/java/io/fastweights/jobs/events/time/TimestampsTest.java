package io.fastweights.jobs.events.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.MalformedEventException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "2001-01-01T00:01:00Z, 978307260000",
    "2001-01-01T00:01, 978307260000",
    "2001-01-01 00:01, 978307260000",
    "2001-01-01 00:01:00.250, 978307260250",
    "2001-01-01t00:01:00z, 978307260000",
    "2001-01-01T02:01:00+02:00, 978307260000",
    "2001-01-01, 978307200000",
    "978307260000, 978307260000",
    "-1, -1",
    "'  2001-01-01 00:01 ', 978307260000"
  })
  void readsWhatEventFilesWrite(String text, long millis) throws Exception {
    assertThat(Timestamps.parse(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        "noon",
        "2001-13-01",
        "2001-02-30",
        "2001-01-01T",
        "2001-01-01T25:00",
        "2001-01-01T00:01:00Zulu",
        "2001-01-01  00:01",
        "1e12",
        "NaN"
      })
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("neither ISO 8601 nor a number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"999999999999999", "9223372036854775808", "+999999999-01-01T00:00", "0000-12-31"})
  void refusesTimesFarFromOurs(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(MalformedEventException.class);
  }

  @Test
  void readsBackEveryInstantItIsGiven() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      long millis = random.nextLong(-30_000_000_000_000L, 200_000_000_000_000L);
      assertThat(Timestamps.parse(Instant.ofEpochMilli(millis).toString())).isEqualTo(millis);
      assertThat(Timestamps.parse(Long.toString(millis))).isEqualTo(millis);
    }
  }
}
