package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of what is supported say what the scripts and fixtures test. They are written if
 * {@code -Dfastweights.write-docs=true} is given.
 */
class SupportTest {
  private static final Path ROOT = Path.of("..");
  private static final Path SUPPORT = ROOT.resolve("SUPPORT.md");
  private static final Path SAVEPOINTS = ROOT.resolve("docs/savepoints.md");
  private static final Path FIXTURES = ROOT.resolve("operator/src/test/resources/savepoints");
  private static final Path TESTS = ROOT.resolve("operator/src/test/java/io/fastweights/operator");
  private static final Pattern FORMAT = Pattern.compile("format-(\\d+)(-[a-z-]+)?");

  static List<String> flinkVersions() throws IOException {
    return List.of(ofScript("versions=\\(([0-9. ]+)\\)").split(" "));
  }

  static List<String> jdks(JsonNode build) {
    return build.at("/jobs/tests/strategy/matrix/jdk").valueStream().map(JsonNode::asText).toList();
  }

  private static String ofScript(String pattern) throws IOException {
    String script = Files.readString(ROOT.resolve(".ci/flink-versions"));
    Matcher found = Pattern.compile(pattern).matcher(script);
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  @Test
  void theVersionsAreThoseThatAreTested() throws IOException {
    List<String> withoutSql =
        Stream.of(ofScript("case \"\\$1\" in ([0-9.* |]+)\\) echo false").split(" \\| "))
            .map(version -> version.replace("*", ""))
            .toList();
    StringBuilder table = new StringBuilder();
    table.append("| Flink | DataStream operator | SQL |\n| --- | --- | --- |\n");
    for (String version : flinkVersions()) {
      boolean sql = withoutSql.stream().noneMatch(version::startsWith);
      table.append(
          String.format(Locale.ROOT, "| %s | tested | %s |\n", version, sql ? "tested" : "no"));
    }
    JsonNode build =
        new YAMLMapper().readTree(ROOT.resolve(".github/workflows/build.yml").toFile());
    String processors =
        build
            .at("/jobs/tests/strategy/matrix/processor")
            .valueStream()
            .map(JsonNode::asText)
            .collect(Collectors.joining(", "));
    table.append("\n| JDK | processors of the workflow |\n| --- | --- |\n");
    for (String jdk : jdks(build)) {
      table.append(String.format(Locale.ROOT, "| %s | %s |\n", jdk, processors));
    }
    check(SUPPORT, "VERSIONS", table.toString());
  }

  @Test
  void everySavepointFormatIsReadByATest() throws IOException {
    String tests =
        Files.readString(TESTS.resolve("SavepointITCase.java"))
            + Files.readString(TESTS.resolve("WholeJobSavepointITCase.java"));
    Map<Integer, List<String>> rows = new TreeMap<>();
    for (Map.Entry<String, String> fixture : fixtures().entrySet()) {
      String folder = fixture.getKey();
      Matcher format = FORMAT.matcher(folder);
      assertThat(format.matches()).as(folder).isTrue();
      assertThat(FIXTURES.resolve(folder)).isDirectory();
      assertThat(tests).as("restored by a test").contains('"' + folder + '"');
      String[] written = fixture.getValue().split(": ", 2);
      String release = written[0].split(" ")[0];
      rows.computeIfAbsent(Integer.valueOf(format.group(1)), none -> new ArrayList<>())
          .add(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %s | %s | %s and later |\n",
                  format.group(1),
                  written[0],
                  written[1],
                  kinds(folder),
                  release));
    }
    String table =
        rows.values().stream()
            .flatMap(List::stream)
            .collect(
                Collectors.joining(
                    "",
                    "| format | written by | holds | fixtures of | read by |\n"
                        + "| --- | --- | --- | --- | --- |\n",
                    ""));
    check(SAVEPOINTS, "FORMATS", table);
  }

  /** Folders with what their README says of them. */
  private static Map<String, String> fixtures() throws IOException {
    Map<String, String> fixtures = new TreeMap<>();
    Pattern.compile("^\\| `([^`]+)` \\| (.*) \\|$", Pattern.MULTILINE)
        .matcher(Files.readString(FIXTURES.resolve("README.md")))
        .results()
        .forEach(row -> fixtures.put(row.group(1), row.group(2)));
    try (Stream<Path> folders = Files.list(FIXTURES)) {
      assertThat(fixtures.keySet())
          .containsExactlyInAnyOrderElementsOf(
              folders.filter(Files::isDirectory).map(f -> f.getFileName().toString()).toList());
    }
    return fixtures;
  }

  /** State backends of a folder's savepoints. */
  private static String kinds(String folder) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString().split("-")[0])
          .distinct()
          .sorted()
          .collect(Collectors.joining(", "));
    }
  }

  private static void check(Path file, String table, String current) throws IOException {
    String text = Files.readString(file);
    Matcher place =
        Pattern.compile("(<!-- " + table + ", [^>]*-->\n).*?(<!-- end -->)", Pattern.DOTALL)
            .matcher(text);
    assertThat(place.find()).as("%s in %s", table, file).isTrue();
    String wanted = place.replaceFirst("$1" + Matcher.quoteReplacement(current) + "$2");
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(file, wanted);
    }
    assertThat(Files.readString(file))
        .as("run with -Dfastweights.write-docs=true to write the table")
        .isEqualTo(wanted);
  }
}
