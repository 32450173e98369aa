package io.fastweights.jobs.events.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Unit;
import io.fastweights.kernels.schema.MalformedEventException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeParserTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static TimeParser parser(Unit unit, String pattern, ZoneId zone) {
    return new TimeParser(new EventFormat.Time(unit, pattern, zone));
  }

  private static String iso(String text) throws MalformedEventException {
    long millis = parser(null, null, ZoneOffset.UTC).parse(text, "k", null);
    return Instant.ofEpochMilli(millis).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2024-01-01T10:00:00+0000 | 2024-01-01T10:00:00Z",
        "2024-01-01 10:00:00+00 | 2024-01-01T10:00:00Z",
        "2024-01-01 10:00:00.123456+00 | 2024-01-01T10:00:00.123Z",
        "2024-01-01 10:00:00 UTC | 2024-01-01T10:00:00Z",
        "2024-01-01 10:00:00 +0000 | 2024-01-01T10:00:00Z",
        "2024-01-01T10:00:00.123+0100 | 2024-01-01T09:00:00.123Z",
        "2024-01-01T10:00:00-05:30 | 2024-01-01T15:30:00Z",
        "2024-01-01T10:00:00,5Z | 2024-01-01T10:00:00.500Z",
        "2024-01-01T10:00:00.1234567890123Z | 2024-01-01T10:00:00.123Z",
        "2024-01-01T10:00:00+01:00[Europe/Berlin] | 2024-01-01T09:00:00Z",
        "2024-07-01T10:00:00[Europe/Berlin] | 2024-07-01T08:00:00Z",
        "20240101T100000Z | 2024-01-01T10:00:00Z",
        "20240101T1000+01 | 2024-01-01T09:00:00Z",
        "2024-01-01T10Z | 2024-01-01T10:00:00Z",
        "2024-01-01T24:00:00Z | 2024-01-02T00:00:00Z",
        "2024-02-28T24:00 | 2024-02-29T00:00:00Z",
        "2016-12-31T23:59:60Z | 2017-01-01T00:00:00Z",
        "2024-W01-1 | 2024-01-01T00:00:00Z",
        "2020W537T1200Z | 2021-01-03T12:00:00Z",
        "2024-366 | 2024-12-31T00:00:00Z",
        "1969-12-31T23:59:59.9Z | 1969-12-31T23:59:59.900Z"
      })
  void readsAllOfTheStandardAndWhatDatabasesWrite(String text, String instant) throws Exception {
    assertThat(iso(text)).isEqualTo(instant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2023-366",
        "2021-W53-1",
        "2024-W01-8",
        "2024-02-30",
        "2023-02-29T00:00",
        "2024-01-01T24:00:01",
        "2024-01-01T23:60",
        "2024-01-01T10:59:60",
        "2024-01-01T10:00.",
        "2024-01-01T10:00+19",
        "2024-01-01T10:00[Mars/One]",
        "2024-01-01T10:00[UTC",
        "2024/01/01",
        "01/02/2024 10:00",
        "2024-01"
      })
  void refusesWhatIsNoTimeOrTwo(String text) {
    assertThatThrownBy(() -> iso(text)).hasMessageContaining("'" + text + "' is neither ISO 8601");
  }

  @Test
  void readsWhatJavaWrites() throws Exception {
    Random random = new Random(5);
    for (int i = 0; i < 5000; i++) {
      long millis = random.nextLong(-30_000_000_000_000L, 200_000_000_000_000L);
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801));
      OffsetDateTime time = Instant.ofEpochMilli(millis).atOffset(offset);
      String expected = Instant.ofEpochMilli(millis).toString();
      assertThat(iso(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time))).isEqualTo(expected);
      ZonedDateTime zoned = time.atZoneSameInstant(BERLIN);
      assertThat(iso(DateTimeFormatter.ISO_DATE_TIME.format(zoned))).isEqualTo(expected);
      LocalDateTime utc = LocalDateTime.ofInstant(time.toInstant(), ZoneOffset.UTC);
      assertThat(iso(DateTimeFormatter.ISO_ORDINAL_DATE.format(utc)))
          .isEqualTo(iso(DateTimeFormatter.ISO_WEEK_DATE.format(utc)))
          .isEqualTo(iso(DateTimeFormatter.ISO_DATE.format(utc)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000, S, 1700000000000",
    "1700000000.1239, S, 1700000000123",
    "-1.5, S, -1500",
    "1700000000123.9, MS, 1700000000123",
    "1700000000123456, US, 1700000000123",
    "1700000000123456789, NS, 1700000000123",
    "-1, NS, -1"
  })
  void readsNumbersOfTheUnit(String text, Unit unit, long millis) throws Exception {
    assertThat(parser(unit, null, BERLIN).parse(text, "k", null)).isEqualTo(millis);
  }

  @Test
  void refusesNumbersThatWouldBeSecondsWhereNoUnitIsKnown() throws Exception {
    TimeParser unknown = parser(null, null, ZoneOffset.UTC);
    assertThat(unknown.parse("1700000000000", "k", null)).isEqualTo(1_700_000_000_000L);
    assertThat(unknown.parse("5", "k", null)).isEqualTo(5);
    assertThatThrownBy(() -> unknown.parse("1700000000", "k", null))
        .hasMessageContaining("is 1970-01-20T16:13:20Z if it counts milliseconds")
        .hasMessageContaining("\"unit\": \"s\"");
    assertThatThrownBy(() -> unknown.parse("1700000000000000", "k", null))
        .hasMessageContaining("not within the years 1 to 9999");
  }

  @Test
  void readsByAPatternAndAZone() throws Exception {
    TimeParser german = parser(null, "d.M.yyyy HH:mm[:ss]", BERLIN);
    assertThat(german.parse("1.7.2024 10:00", "k", null))
        .isEqualTo(Instant.parse("2024-07-01T08:00:00Z").toEpochMilli());
    TimeParser dates = parser(null, "yyyyMMdd", ZoneOffset.UTC);
    assertThat(dates.parse("20240101", "k", null))
        .isEqualTo(Instant.parse("2024-01-01T00:00:00Z").toEpochMilli());
    TimeParser mail = parser(null, "EEE, dd MMM yyyy HH:mm:ss z", BERLIN);
    assertThat(mail.parse("Mon, 01 Jan 2024 10:00:00 GMT", "k", null))
        .isEqualTo(Instant.parse("2024-01-01T10:00:00Z").toEpochMilli());
    assertThatThrownBy(() -> german.parse("2024-07-01", "k", null))
        .hasMessage("time '2024-07-01' is not of the pattern d.M.yyyy HH:mm[:ss]");
    assertThatThrownBy(() -> parser(null, "HH:mm", BERLIN).parse("10:00", "k", null))
        .hasMessageContaining("is not of the pattern HH:mm");
  }

  @Test
  void tellsThePassesOfARepeatedHourApartByTheClockOfEachKey() throws Exception {
    TimeParser berlin = parser(null, null, BERLIN);
    RepeatedHour repeated = new RepeatedHour();
    List<Instant> times = new ArrayList<>();
    String[] clock = {"01:30", "02:00", "02:30", "02:59", "02:00", "02:30", "03:00"};
    for (String shown : clock) {
      long millis = berlin.parse("2024-10-27 " + shown, "u1", repeated);
      times.add(Instant.ofEpochMilli(millis));
    }
    assertThat(times)
        .isSorted()
        .contains(Instant.parse("2024-10-27T00:59:00Z"), Instant.parse("2024-10-27T01:00:00Z"));
    assertThat(berlin.parse("2024-10-27 02:10", "u2", repeated))
        .isEqualTo(Instant.parse("2024-10-27T00:10:00Z").toEpochMilli());
    assertThat(berlin.parse("2024-10-27 02:10", "u1", null))
        .isEqualTo(Instant.parse("2024-10-27T00:10:00Z").toEpochMilli());
    assertThat(repeated.state()).hasSize(2);
    berlin.parse("2024-10-29 02:10", "u3", repeated);
    assertThat(repeated.state()).isEmpty();
    // The hour that is left out in spring.
    assertThat(berlin.parse("2024-03-31 02:30", "u1", repeated))
        .isEqualTo(Instant.parse("2024-03-31T01:30:00Z").toEpochMilli());
  }
}
