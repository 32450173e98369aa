package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever happens to the operator, and in whatever order, it answers as the plain loop does. */
class ScheduleTest {

  @Test
  void answersAndMemoriesAreThoseOfThePlainLoopWhateverTheSchedule() throws Exception {
    run(1, 2000);
  }

  @Test
  @Tag("long")
  void andWhateverTheScheduleOfThousands() throws Exception {
    run(1_000_000, 50_000);
  }

  private static void run(long usual, int count) throws Exception {
    Set<Object> drawn = new HashSet<>();
    int failures = 0;
    int failedWrites = 0;
    int declined = 0;
    int refreshes = 0;
    for (long seed = Seeds.seed(usual), end = seed + count; seed < end; seed++) {
      Schedule schedule = new Schedule(seed);
      schedule.run();
      failures += schedule.failures();
      failedWrites += schedule.failedWrites();
      declined += schedule.declined();
      refreshes += schedule.refreshes();
      drawn.add(schedule.setup().model() + " on " + schedule.setup().backend());
    }
    assertThat(failures).as("failures").isGreaterThan(count / 2);
    assertThat(failedWrites).as("failures in a write to state").isGreaterThan(count / 8);
    assertThat(declined).as("checkpoints not written").isGreaterThan(count / 8);
    assertThat(refreshes).as("refreshes").isGreaterThan(count / 2);
    assertThat(drawn).as("each model on each backend").hasSize(2 * TestModel.values().length);
  }
}
