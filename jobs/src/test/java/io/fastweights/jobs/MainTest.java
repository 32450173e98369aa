package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.output.JsonFile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

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

  /** A percent sign that is not doubled would be printed with a warning on standard error. */
  @Test
  void everyHelpTextIsAFormat() {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      assertThat(helps(Main.commandLine())).isGreaterThan(20);
    } finally {
      System.setErr(before);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static int helps(CommandLine line) {
    assertThat(line.getUsageMessage()).startsWith("Usage: ").doesNotContain("%%");
    return 1 + line.getSubcommands().values().stream().mapToInt(MainTest::helps).sum();
  }

  @Test
  void noCommandBeginsItsWorkWhereItsFiguresCannotBeWritten() {
    assertThat(refusing(Main.commandLine(), List.of())).isGreaterThan(15);
  }

  private int refusing(CommandLine line, List<String> path) {
    int count = 0;
    if (line.getMixins().values().stream().anyMatch(JsonFile.class::isInstance)) {
      List<Object> arguments = new ArrayList<>(path);
      arguments.addAll(List.of("--json", folder));
      Result result = execute(arguments.toArray());
      assertThat(result.exitCode()).as("%s", path).isEqualTo(2);
      assertThat(result.err()).contains("--json is " + folder + ", a folder: name a file");
      count++;
    }
    for (Map.Entry<String, CommandLine> inside : line.getSubcommands().entrySet()) {
      List<String> deeper = new ArrayList<>(path);
      deeper.add(inside.getKey());
      count += refusing(inside.getValue(), deeper);
    }
    return count;
  }

  /** Bash calls the function as when the tab key is pressed; compopt works only then. */
  @Test
  void completesCommandsAndOptions() throws Exception {
    Path script = folder.resolve("completion");
    Locale before = Locale.getDefault(Locale.Category.FORMAT);
    // As main does: picocli numbers variables of the script with the digits of the locale.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    try {
      Files.writeString(script, execute("completion").out());
    } finally {
      Locale.setDefault(Locale.Category.FORMAT, before);
    }
    assertThat(completed(script, "fastweights", "br")).containsExactly("broker");
    assertThat(completed(script, "fastweights", "evaluate", "--par"))
        .containsExactly("--parallelism");
    assertThat(completed(script, "fastweights", "train", "--stop-metric", "LO")).contains("LOSS");
  }

  private static List<String> completed(Path script, String... words) throws Exception {
    String line =
        String.format(
            Locale.ROOT,
            "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; compopt() { :; }; _complete_fastweights; echo ${COMPREPLY[@]}",
            script,
            String.join(" ", words),
            words.length - 1);
    Process bash = new ProcessBuilder("bash", "-c", line).redirectErrorStream(true).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(out).isZero();
    return List.of(out.trim().split(" "));
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
