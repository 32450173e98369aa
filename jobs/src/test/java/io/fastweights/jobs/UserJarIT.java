package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The jar of a job contains only what a cluster lacks. */
class UserJarIT {
  private static List<String> entries() throws Exception {
    try (JarFile jar = new JarFile(System.getProperty("fastweights.job.jar"))) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo(JobMain.class.getName());
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }

  @Test
  void holdsTheJobAndItsConnectors() throws Exception {
    assertThat(entries())
        .contains(
            "io/fastweights/jobs/JobMain.class",
            "io/fastweights/operator/runtime/FastWeightOperator.class",
            "org/apache/flink/connector/kafka/source/KafkaSource.class",
            "org/apache/kafka/clients/consumer/KafkaConsumer.class",
            "org/apache/avro/generic/GenericDatumReader.class",
            "picocli/CommandLine.class");
  }

  @Test
  void holdsNoFlinkNoLoggingAndNoNativeLibrary() throws Exception {
    assertThat(entries())
        .noneMatch(name -> name.startsWith("org/apache/flink/runtime/"))
        .noneMatch(name -> name.startsWith("org/apache/flink/streaming/api/environment/"))
        .noneMatch(name -> name.startsWith("org/apache/flink/configuration/"))
        .noneMatch(name -> name.startsWith("org/apache/flink/state/"))
        .noneMatch(name -> name.startsWith("org/apache/logging/"))
        .noneMatch(name -> name.startsWith("org/slf4j/"))
        .noneMatch(name -> name.startsWith("jcuda/"))
        .noneMatch(name -> name.matches(".*\\.(so|dll|dylib|jnilib)"))
        .noneMatch(name -> name.matches("log4j.*\\.(properties|xml)"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"));
  }
}
