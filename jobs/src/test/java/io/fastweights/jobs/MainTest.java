package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest extends CommandTest {
  @Test
  void listsItsCommands() {
    Result help = execute("--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: fastweights").contains("demo").contains("run");
    assertThat(execute().exitCode()).isEqualTo(2);
    assertThat(execute("--version").out()).startsWith("fastweights ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "run", "bootstrap", "inspect", "gpu-check"})
  void explainsEveryCommand(String command) {
    Result help = execute(command, "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: fastweights " + command).contains("--json");
    assertThat(help.err()).isEmpty();
  }

  @Test
  void namesTheNearestOptionAndCommand() {
    Result option = execute("demo", "--dais", "3");
    assertThat(option.exitCode()).isEqualTo(2);
    assertThat(option.err().lines()).hasSize(1);
    assertThat(option.err()).contains("did you mean --days?").contains("demo --help");
    Result command = execute("demos");
    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err()).contains("did you mean demo");
  }

  @Test
  void showsStackTracesOnlyWhenAskedTo() throws Exception {
    Object[] args = {"run", "--events", "none", "--schema", schema(), "--output", "x"};
    assertThat(execute(args).err().lines()).hasSize(1);
    Object[] verbose = java.util.Arrays.copyOf(args, args.length + 1);
    verbose[args.length] = "--verbose";
    assertThat(execute(verbose).err()).contains("\tat ");
  }
}
