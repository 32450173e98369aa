package io.fastweights.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TicksTest {

  private static Ticks numbers(String pattern, double from, double to, int count) {
    return Ticks.of(Axis.of("n", pattern), new double[] {from, to}, count, true);
  }

  @Test
  void areRoundAndEncloseTheData() {
    Ticks ticks = numbers("0.000", 0.512, 0.776, 6);
    assertThat(ticks.texts())
        .containsExactly("0.50", "0.55", "0.60", "0.65", "0.70", "0.75", "0.80");
    assertThat(ticks.from()).isEqualTo(0.5);
    assertThat(ticks.at(0.8)).isEqualTo(1);
  }

  @Test
  void loseTheZerosThatAllOfThemEndWith() {
    assertThat(numbers("#,##0.00", 0, 1016, 4).texts())
        .containsExactly("0", "500", "1,000", "1,500");
    assertThat(numbers("+0.000;-0.000", -0.1, 0.2, 4).texts())
        .containsExactly("-0.1", "0.0", "+0.1", "+0.2");
  }

  @Test
  void dataOfOneValueHaveARangeAroundIt() {
    assertThat(numbers("0.0", 3, 3, 5).from()).isLessThan(3);
    assertThat(numbers("0.0", 3, 3, 5).to()).isGreaterThan(3);
  }

  @Test
  void timesAreAtRoundTimesWithAsMuchOfTheDateAsTheyNeed() {
    double start = Instant.parse("2001-01-01T05:10:00Z").toEpochMilli();
    double hour = 3_600_000;
    Ticks day = Ticks.of(Axis.ofTimes("t"), new double[] {start, start + 12 * hour}, 6, false);
    assertThat(day.texts()).containsExactly("06:00", "09:00", "12:00", "15:00");
    Ticks month = Ticks.of(Axis.ofTimes("t"), new double[] {start, start + 720 * hour}, 6, false);
    assertThat(month.texts()).containsExactly("4 Jan", "11 Jan", "18 Jan", "25 Jan");
    Ticks days = Ticks.of(Axis.ofTimes("t"), new double[] {start, start + 50 * hour}, 9, false);
    assertThat(days.texts())
        .containsExactly("1 Jan 12:00", "2 Jan 00:00", "2 Jan 12:00", "3 Jan 00:00");
    Ticks year = Ticks.of(Axis.ofTimes("t"), new double[] {start, start + 9600 * hour}, 9, false);
    assertThat(year.texts()).containsExactly("Apr 2001", "Jul 2001", "Oct 2001", "Jan 2002");
    Ticks century =
        Ticks.of(Axis.ofTimes("t"), new double[] {start, start + 876_600 * hour}, 9, false);
    assertThat(century.texts()).hasSizeBetween(3, 6).doesNotHaveDuplicates();
  }
}
