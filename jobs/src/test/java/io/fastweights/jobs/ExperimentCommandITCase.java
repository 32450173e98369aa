package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Experiments at sizes that take seconds. */
class ExperimentCommandITCase extends CommandTest {

  private JsonNode figures(Object... arguments) throws Exception {
    Path json = folder.resolve("figures.json");
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--json";
    all[arguments.length + 1] = json;
    Result result = execute(all);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("published");
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void capacityIsTheLargestSizeUpToWhichAllAreSolved() throws Exception {
    JsonNode figures =
        figures("experiment", "capacity", "--methods", "dpfp1,dpfp3", "--keys", "5,10");
    assertThat(figures.get("capacity.dpfp1").asInt()).isEqualTo(10);
    assertThat(figures.get("capacity.dpfp3").asInt()).isEqualTo(10);
  }

  @Test
  void settingTwoShowsTheDeltaRuleBesideTheSumRule() throws Exception {
    JsonNode figures =
        figures("experiment", "capacity", "--setting=2", "--methods=dpfp1", "--keys=6");
    double delta = figures.get("capacity.setting2.dpfp1_ours.6").asDouble();
    assertThat(delta).isLessThanOrEqualTo(0.001);
    assertThat(figures.get("capacity.setting2.dpfp1_sum.6").asDouble()).isGreaterThan(10 * delta);
  }

  @Test
  void wrongOptionsAreToldInOneLine() {
    assertThat(execute("experiment", "capacity", "--setting=3").err())
        .contains("setting is 3, must be 1 or 2")
        .hasLineCount(1);
    assertThat(execute("experiment", "capacity", "--keys=20,0").err())
        .contains("keys is 0, must be at least 1")
        .hasLineCount(1);
    assertThat(execute("experiment", "capacity", "--threads=0").err())
        .contains("--threads is 0, must be at least 1")
        .hasLineCount(1);
  }
}
