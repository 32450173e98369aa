package io.fastweights.jobs.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs with an end. */
class TimedCommandTest {
  private static final Duration AMPLE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void outputAndStatusAreTold() throws IOException {
    assertThat(
            TimedCommand.run(folder, AMPLE, List.of("sh", "-c", "cat; echo a; echo b >&2; exit 3")))
        .isEqualTo(new TimedCommand.Output(3, "a\n", "b\n"));
  }

  @Test
  void aCommandBeyondItsLimitIsKilledWithItsChildren() {
    String name = "sleep 300.27" + ProcessHandle.current().pid();
    Duration limit = Duration.ofMillis(1500);
    assertThatThrownBy(
            () -> TimedCommand.run(folder, limit, List.of("sh", "-c", name + "; echo late")))
        .isInstanceOf(IOException.class)
        .hasMessage("no end after 1 s");
    ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(name))
        .forEach(process -> assertThat(process.onExit()).succeedsWithin(AMPLE));
  }
}
