package io.fastweights.jobs.events.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoundTimesTest {
  private final List<String> notes = new ArrayList<>();

  private EventFormat.Time find(String... times) {
    FoundTimes found = new FoundTimes();
    for (String time : times) {
      found.add(time);
    }
    return found.of(EventFormat.Time.DEFAULT, notes);
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000, S, seconds",
    "1700000000.25, S, seconds",
    "1700000000000000, US, microseconds",
    "1700000000000000000, NS, nanoseconds",
    "5, MS, milliseconds"
  })
  void findsTheUnitAndSaysSo(String time, Unit unit, String name) {
    assertThat(find("2024-01-01", "noon", time).unit()).isEqualTo(unit);
    assertThat(notes).singleElement().asString().contains("taken for " + name, time + " is ");
  }

  @Test
  void saysNothingOfMillisecondsAndOfTimesThatAreNoNumbers() {
    assertThat(find("1700000000000", "1700000000001").unit()).isEqualTo(Unit.MS);
    assertThat(find("2024-01-01", "").unit()).isNull();
    assertThat(notes).isEmpty();
  }

  @Test
  void refusesTwoUnitsAndDates() {
    assertThatThrownBy(() -> find("1700000000", "1700000000000"))
        .hasMessageContaining("1700000000 looks like seconds (s), 1700000000000 looks like")
        .hasMessageContaining("\"unit\"");
    assertThatThrownBy(() -> find("20240101", "20240102")).hasMessageContaining("yyyyMMdd");
  }

  @Test
  void takesWhatTheSchemaSays() {
    FoundTimes found = new FoundTimes();
    found.add("1700000000");
    EventFormat.Time given = EventFormat.Time.DEFAULT.with(Unit.MS);
    assertThat(found.of(given, notes)).isEqualTo(given);
    assertThat(notes).isEmpty();
  }
}
