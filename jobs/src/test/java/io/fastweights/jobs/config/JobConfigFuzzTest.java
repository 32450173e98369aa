package io.fastweights.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.Allocations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Any content of a job file: a job or an error message. */
class JobConfigFuzzTest {
  private static final int TIMES_INPUT = 1024;

  private static final Path FILE = Path.of("job.yaml");

  @FuzzTest
  void anyTextIsAJobOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(text));
  }

  private static JobConfig readOrRefuse(String text) {
    try {
      JobConfig job = JobConfigReader.read(FILE, text, Map.of());
      assertThat(job.source()).isNotNull();
      assertThat(job.sink()).isNotNull();
      return job;
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).startsWith("job.yaml");
      return null;
    }
  }
}
