package io.fastweights.jobs.sizing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The page's tables are those that the command reckons with, and its example is what the command
 * prints. They are written if {@code -Dfastweights.write-docs=true} is given.
 */
class SizingDocsTest {
  private static final Path DOCS = Path.of("../docs/sizing.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("(    \\./fastweights (size [^\n]*)\n\n```text\n)(.*?)(```)", Pattern.DOTALL);

  @Test
  void theMeasuredTablesAreThoseOfTheCommand() throws IOException {
    String docs = Files.readString(DOCS);
    docs = with(docs, "KEYS", table("keys", MeasuredJobs.INSTANCE.byKeys()));
    docs = with(docs, "MEMORY", table("memory", MeasuredJobs.INSTANCE.byMemory()));
    check(docs);
  }

  private static String table(String first, List<MeasuredJobs.Row> rows) {
    return rows.stream()
        .map(
            row ->
                String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %,.0f | %,.0f |\n",
                    first.equals("keys")
                        ? String.format(Locale.ROOT, "%,.0f", row.keys())
                        : String.format(Locale.ROOT, "%.0f KiB", row.memory() / 1024),
                    row.eventsPerSecond(),
                    row.eventsPerProcessorSecond(),
                    row.checkpointBytesPerEvent()))
        .collect(
            Collectors.joining(
                "",
                "| "
                    + first
                    + " | events/s | events per processor second | bytes of checkpoints an event"
                    + " |\n| --- | --- | --- | --- |\n",
                ""));
  }

  private static String with(String docs, String name, String table) {
    Matcher place =
        Pattern.compile("(<!-- " + name + ", [^>]*-->\n).*?(<!-- end -->)", Pattern.DOTALL)
            .matcher(docs);
    assertThat(place.find()).as(name).isTrue();
    return place.replaceFirst("$1" + Matcher.quoteReplacement(table) + "$2");
  }

  @Test
  void theExamplesAreWhatTheCommandPrints() throws IOException {
    String docs = Files.readString(DOCS);
    assertThat(EXAMPLE.matcher(docs).results()).hasSize(2);
    check(
        EXAMPLE
            .matcher(docs)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        found.group(1) + printed(found.group(2)) + found.group(4))));
  }

  private static String printed(String command) {
    StringWriter out = new StringWriter();
    int code =
        Main.commandLine().setOut(new PrintWriter(out)).execute(command.strip().split("\\s+"));
    assertThat(code).as(command).isZero();
    return out.toString();
  }

  private static void check(String wanted) throws IOException {
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(DOCS, wanted);
    }
    assertThat(Files.readString(DOCS))
        .as("run with -Dfastweights.write-docs=true to write it")
        .isEqualTo(wanted);
  }
}
