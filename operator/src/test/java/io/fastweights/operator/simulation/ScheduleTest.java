package io.fastweights.operator.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.testkit.Output.Stream;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** For random sequences of faults and inputs, a job's output equals the plain loop's. */
class ScheduleTest {

  @Test
  void outputsAndMemoriesAreThoseOfThePlainLoopWhateverTheSchedule() throws Exception {
    run(1, 600);
  }

  @Test
  @Tag("long")
  void andWhateverTheScheduleOfThousands() throws Exception {
    run(1_000_000, 50_000);
  }

  private static void run(long usual, int count) throws Exception {
    Map<String, Integer> happened = new TreeMap<>();
    Set<String> drawn = new HashSet<>();
    for (long seed = Seeds.seed(usual), end = seed + count; seed < end; seed++) {
      Schedule schedule = new Schedule(seed);
      schedule.run();
      drawn.add(schedule.setup().model() + " on " + schedule.setup().backend());
      count(happened, schedule);
    }
    assertThat(drawn).as("each model on each backend").hasSize(2 * TestModel.values().length);
    assertThat(happened)
        .as("each often, and nothing else")
        .hasSize(14)
        .allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThan(count / 6));
  }

  private static void count(Map<String, Integer> happened, Schedule schedule) {
    add(happened, "failures", schedule.failures());
    add(happened, "failures in a write to state", schedule.failedWrites());
    add(happened, "checkpoints that were not written", schedule.declined());
    add(happened, "new weights", schedule.refreshes());
    add(happened, "refused weights", schedule.outputs(Stream.REFUSED_MODELS, ""));
    add(happened, "late events", schedule.outputs(Stream.LATE, ""));
    add(happened, "malformed events", schedule.outputs(Stream.MALFORMED, ""));
    add(happened, "labels of an ask", schedule.outputs(Stream.SCORED, "asked true"));
    add(happened, "forgotten keys", schedule.forgotten());
    add(happened, "overflows", schedule.overflows());
    add(happened, "stops with a savepoint", schedule.stops() ? 1 : 0);
    add(happened, "ttl switched", schedule.switchesTtl() ? 1 : 0);
    add(happened, "drains", schedule.drains() ? 1 : 0);
    add(happened, "idle", schedule.outputs(Stream.PREDICTIONS, WatermarkStatus.IDLE.toString()));
  }

  private static void add(Map<String, Integer> happened, String what, int times) {
    happened.merge(what, times, Integer::sum);
  }
}
