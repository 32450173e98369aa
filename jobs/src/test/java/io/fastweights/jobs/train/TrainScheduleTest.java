package io.fastweights.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainScheduleTest {
  private static List<EventSequence> keys(int keys, int events) {
    int[] none = new int[events];
    return Collections.nCopies(keys, EventSequence.ofTokens("k", none, none));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 400, 400",
    "1, 3000, 1, 10, 470",
    "30, 100, 7, 50, 400",
    "100, 30, 12, 50, 400",
    "1000, 300, 32, 10, 1560",
  })
  void fitsStepsToTheData(int keys, int events, int lanes, double epochs, long steps) {
    Schedule schedule = Schedule.of(keys(keys, events), 64, null, null);
    assertThat(schedule.lanes()).isEqualTo(lanes);
    assertThat(schedule.epochs()).isEqualTo(epochs);
    assertThat(schedule.steps()).isEqualTo(steps);
    assertThat(schedule.evaluationsPerEpoch()).isBetween(0.01, 1.0);
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 16", "1, 300, 32", "8, 300, 64", "30, 100, 64"})
  void goesThroughFewEventsInShorterChunks(int keys, int events, int chunk) {
    assertThat(Schedule.of(keys(keys, events), null, null, null).chunk()).isEqualTo(chunk);
  }

  @Test
  void theSameWithFewerStepsIsScoredAfterTheLast() {
    Schedule whole = Schedule.of(keys(1000, 300), 64, null, null);
    Schedule trial = whole.of(50);
    assertThat(trial.epochs() * whole.steps()).isCloseTo(whole.epochs() * 50, within(1e-6));
    assertThat(trial.evaluationsPerEpoch() * trial.epochs()).isCloseTo(1, within(1e-9));
    assertThat(trial.lanes()).isEqualTo(whole.lanes());
  }

  @ParameterizedTest
  @CsvSource({"32, 10, 10", "4, 2, 30"})
  void keepsToWhatIsAskedFor(int lanes, double epochs, long steps) {
    Schedule schedule = Schedule.of(keys(30, 100), 64, lanes, epochs);
    assertThat(schedule.lanes()).isEqualTo(lanes);
    assertThat(schedule.epochs()).isEqualTo(epochs);
    assertThat(schedule.steps()).isEqualTo(steps);
  }
}
