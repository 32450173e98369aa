package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The workflow files, as far as they can be checked without GitHub. */
class WorkflowsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path FOLDER = ROOT.resolve(".github/workflows");
  private static final Pattern SCRIPT = Pattern.compile("(?:^|&& )(\\.ci/[\\w-]+|\\./fastweights)");
  private static final Pattern FILE = Pattern.compile("\\b(docs/[\\w./-]+)");

  private static List<JsonNode> workflows() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<JsonNode> read = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        read.add(new YAMLMapper().readTree(file.toFile()));
      }
      return read;
    }
  }

  private static List<JsonNode> steps() throws IOException {
    return workflows().stream()
        .flatMap(workflow -> workflow.path("jobs").valueStream())
        .flatMap(job -> job.path("steps").valueStream())
        .toList();
  }

  @Test
  void everyScriptAndFileThatAStepNamesIsThere() throws IOException {
    List<String> commands =
        steps().stream().filter(s -> s.has("run")).map(s -> s.get("run").asText()).toList();
    List<String> scripts = new ArrayList<>();
    for (String command : commands) {
      SCRIPT.matcher(command).results().forEach(script -> scripts.add(script.group(1)));
      FILE.matcher(command)
          .results()
          .forEach(file -> assertThat(ROOT.resolve(file.group(1))).isRegularFile());
    }
    assertThat(scripts)
        .contains(".ci/run", ".ci/flink-versions", ".ci/stranger", ".ci/reproducible")
        .allSatisfy(script -> assertThat(ROOT.resolve(script)).isExecutable());
  }

  @Test
  void everyStepRunsACommandOrAnActionOfAVersion() throws IOException {
    assertThat(steps())
        .isNotEmpty()
        .allSatisfy(
            step -> {
              assertThat(step.has("run")).isNotEqualTo(step.has("uses"));
              if (step.has("uses")) {
                assertThat(step.get("uses").asText()).matches("actions/[a-z-]+@v\\d+");
              }
            });
  }

  @Test
  void everyWorkflowMayOnlyReadAndEveryJobHasALimit() throws IOException {
    assertThat(workflows())
        .hasSize(2)
        .allSatisfy(
            workflow -> {
              assertThat(workflow.path("permissions").toString())
                  .isEqualTo("{\"contents\":\"read\"}");
              assertThat(workflow.path("jobs").valueStream())
                  .isNotEmpty()
                  .allSatisfy(job -> assertThat(job.path("timeout-minutes").asInt()).isPositive());
            });
  }

  /** Pairs of the script's own list: a savepoint of each version is restored by the next. */
  @Test
  void theMatrixHasTheVersionsOfTheScript() throws IOException {
    List<String> versions = SupportTest.flinkVersions();
    List<String> pairs = new ArrayList<>();
    for (int i = 1; i < versions.size(); i++) {
      pairs.add(versions.get(i - 1) + " " + versions.get(i));
    }
    JsonNode build = new YAMLMapper().readTree(FOLDER.resolve("build.yml").toFile());
    assertThat(build.at("/jobs/flink/strategy/matrix/versions").valueStream())
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(pairs);
    assertThat(SupportTest.jdks(build)).contains("17");
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    assertThat(pom)
        .contains("<flink.version>" + versions.get(versions.size() - 1) + "</flink.version>")
        .contains("<maven.compiler.release>17</maven.compiler.release>");
  }
}
