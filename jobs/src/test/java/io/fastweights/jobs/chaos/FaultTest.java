package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FaultTest {
  @Test
  void everyKindComesBeforeAnyComesAgain() {
    int kinds = Fault.values().length;
    for (int seed = 0; seed < 50; seed++) {
      List<Fault> faults = Fault.sequence(2 * kinds + 3, true, new SplittableRandom(seed));
      assertThat(faults).as("seed %d", seed).hasSize(2 * kinds + 3);
      assertThat(faults.subList(0, kinds)).containsExactlyInAnyOrder(Fault.values());
      assertThat(faults.subList(kinds, 2 * kinds)).containsExactlyInAnyOrder(Fault.values());
    }
  }

  @Test
  void leavesOutWhatNeedsAnIsolationThatIsNotThere() {
    List<Fault> faults = Fault.sequence(100, false, new SplittableRandom(1));
    assertThat(EnumSet.copyOf(faults))
        .isEqualTo(EnumSet.complementOf(EnumSet.of(Fault.CUT_NETWORK, Fault.FILL_DISK)));
  }

  @Test
  void isNamedAmongTheFiguresAsTheyAre() {
    assertThat(Fault.KILL_TASK_MANAGER.key()).isEqualTo("killTaskManager");
    assertThat(Fault.FILL_DISK.key()).isEqualTo("fillDisk");
  }
}
