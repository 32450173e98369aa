package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuCheckCommandTest extends CommandTest {
  /** No machine has so many devices. */
  private static final int ABSENT = 9999;

  @Test
  void saysInOneLineWhyThereIsNoDevice() {
    Result result = execute("gpu-check", "--device", ABSENT, "--json", folder.resolve("x.json"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("gpu-check: no GPU was checked: ").hasLineCount(1);
    assertThat(folder.resolve("x.json")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--device -1; --device is -1, must be 0 or more",
        "--only speed; expected one of [CONTRACT, STEP, END, TORCH]",
        "--tune nowhere.ptx; cannot read nowhere.ptx",
        "--json no/folder.json; there is no folder for no/folder.json",
        "--markdown no/folder.md; there is no folder for no/folder.md",
        "--bundle check.zip; --bundle is check.zip, must end in .tar.gz or .tgz",
        "--bundle no/check.tgz; there is no folder for no/check.tgz",
        "--bundle check.tgz --quick; --bundle goes with no other option"
      })
  void refusesWrongArgumentsInOneLine(String line) {
    List<String> wrong = List.of(line.split("; ", 2));
    Result result = execute((Object[]) ("gpu-check " + wrong.get(0)).split(" "));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains(wrong.get(1)).hasLineCount(1);
  }
}
