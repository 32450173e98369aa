package io.fastweights.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTreeTest {
  private static final String JOB =
      """
      x-common: &kafka {brokers: ["${HOST}:1", "b:2"]}
      schema: ~/schema.json
      source:
        kafka:
          <<: *kafka
          topic: ${TOPIC:-visits}
          properties:
            security: {protocol: SSL}
            sasl.jaas.config: ${secret:/opt/kafka:jaas}
            client.id: $${HOST}
      sink: {kafka: {brokers: b, topic: out, delivery: AT_LEAST_ONCE}}
      """;

  @Test
  void bringsWhatAFileMayWriteIntoOneForm() {
    JobConfig job =
        JobConfigReader.read(
            Path.of("job.yaml"),
            JOB.replace("<<: *kafka", "brokers: [\"${HOST}:1\", b:2]"),
            Map.of(),
            Map.of("HOST", "a")::get);
    assertThat(job.source().kafka().brokers()).isEqualTo("a:1,b:2");
    assertThat(job.source().kafka().topic()).isEqualTo("visits");
    assertThat(job.source().kafka().properties())
        .isEqualTo(
            Map.of(
                "security.protocol", "SSL",
                "sasl.jaas.config", "${secret:/opt/kafka:jaas}",
                "client.id", "${HOST}"));
    assertThat(job.sink().kafka().delivery().toString()).isEqualTo("at-least-once");
    assertThat(job.schema()).isEqualTo(Path.of(System.getProperty("user.home"), "schema.json"));
  }
}
