package io.fastweights.kernels.schema.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalTimeTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "+05:45", "-18:00", "Europe/Berlin", "America/St_Johns"})
  void isThatOfJavaTime(String id) {
    ZoneId zone = id.contains(":") ? ZoneOffset.of(id) : ZoneId.of(id);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 20_000; i++) {
      // Of all magnitudes and both signs, the extremes first.
      long time =
          i == 0
              ? Long.MIN_VALUE
              : i == 1 ? Long.MAX_VALUE : random.nextLong() >> random.nextInt(64);
      ZonedDateTime expected = Instant.ofEpochMilli(time).atZone(zone);
      assertThat(LocalTime.millisOfDay(time, zone))
          .as("millisecond of the day of %d in %s", time, id)
          .isEqualTo(expected.toLocalTime().toNanoOfDay() / 1_000_000);
      assertThat(LocalTime.dayOfWeek(time, zone))
          .as("day of the week of %d in %s", time, id)
          .isEqualTo(expected.getDayOfWeek().getValue() - 1);
    }
  }
}
