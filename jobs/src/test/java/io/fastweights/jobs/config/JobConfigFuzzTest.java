package io.fastweights.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.jobs.Allocations;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in a job's file: a job or what is wrong with it. */
class JobConfigFuzzTest {
  private static final int TIMES_INPUT = 1024;

  @TempDir Path folder;

  @FuzzTest
  void anyTextIsAJobOrRefused(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("job.yaml"), bytes);
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(file, bytes));
  }

  private static JobConfig readOrRefuse(Path file, byte[] bytes) throws IOException {
    try {
      JobConfig job = JobConfigReader.read(file, Map.of());
      assertThat(job.source()).isNotNull();
      assertThat(job.sink()).isNotNull();
      return job;
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
    } catch (CharacterCodingException e) {
      assertThat(bytes).isNotEmpty();
    }
    return null;
  }
}
