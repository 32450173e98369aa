package io.fastweights.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

  @Test
  void aRegistryMayBeItsAddressAloneOrHaveProperties() {
    String job =
        """
        source: {kafka: {brokers: b, topic: t, schema-registry: %s}}
        sink: {files: {folder: out}}
        """;
    for (String registry :
        List.of(
            "[http://a:1, http://b:2]",
            "{url: [http://a:1, http://b:2], properties: {basic: {auth: {user.info: u}}}}")) {
      SchemaRegistryConfig read =
          JobConfigReader.read(
                  Path.of("job.yaml"), String.format(Locale.ROOT, job, registry), Map.of())
              .source()
              .kafka()
              .schemaRegistry();
      assertThat(read.url()).isEqualTo("http://a:1,http://b:2");
      assertThat(read.properties())
          .isEqualTo(registry.startsWith("{") ? Map.of("basic.auth.user.info", "u") : Map.of());
      assertThat(read.subject("t")).isEqualTo("t-value");
      assertThat(read.toString()).doesNotContain("user.info");
    }
  }

  /** Two jobs of one group would each begin where the other one has been. */
  @Test
  void aJobHasAConsumerGroupOfItsOwn() {
    Map<String, String> groups =
        Map.of(
            "source: {kafka: {brokers: b, topic: t}}\nsink: {kafka: {brokers: b, topic: one}}",
                "fastweights-one",
            "name: My job\nsource: {kafka: {brokers: b, topic: t}}\nsink: {kafka: {brokers: b, topic: one}}",
                "fastweights-My-job",
            "source: {kafka: {brokers: b, topic: t, group: g}}\nsink: {kafka: {brokers: b, topic: one}}",
                "g",
            "source: {kafka: {brokers: b, topic: t}}\nsink: {files: {folder: /a/b c}}",
                "fastweights--a-b-c");
    groups.forEach(
        (job, group) ->
            assertThat(
                    JobConfigReader.read(Path.of("job.yaml"), job, Map.of())
                        .source()
                        .kafka()
                        .group())
                .as(job)
                .isEqualTo(group));
  }

  @Test
  void aFormatHasItsSchemaFromAFileOrFromARegistry() {
    String job = "source: {kafka: {brokers: b, topic: t, %s}}\nsink: {files: {folder: out}}\n";
    Map<String, String> reasons =
        Map.of(
            "format: avro", "source.kafka.avro-schema must be given with format avro",
            "avro-schema: a.avsc", "source.kafka.avro-schema must be given with format avro",
            "format: avro, avro-schema: a.avsc, schema-registry: http://a",
                "source.kafka.avro-schema must be given with format avro",
            "format: protobuf", "source.kafka.protobuf must be given with format protobuf",
            "format: protobuf, protobuf: {message: M}", "must have descriptors and message",
            "schema-registry: {subject: s}", "source.kafka.schema-registry.url is missing",
            "schema-registry: {urls: s}", "unknown key 'source.kafka.schema-registry.urls'");
    reasons.forEach(
        (keys, reason) ->
            assertThatThrownBy(
                    () ->
                        JobConfigReader.read(
                            Path.of("job.yaml"), String.format(Locale.ROOT, job, keys), Map.of()))
                .as(keys)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason));
  }
}
