package io.fastweights.jobs.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.Test;

/** Checks the context of {@code docker build jobs/target/deploy} without Docker. */
class ImageIT {
  private static final Path CONTEXT = Path.of("target/deploy");
  private static final Pattern COPY =
      Pattern.compile("^COPY --chown=flink:flink (\\S+) (\\S+)$", Pattern.MULTILINE);

  private static String dockerfile() throws IOException {
    return Files.readString(CONTEXT.resolve("Dockerfile"));
  }

  private static List<String> names(String folder) throws IOException {
    try (Stream<Path> files = Files.list(CONTEXT.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void isBuiltOnTheFlinkThatTheJobIsBuiltFor() throws IOException {
    assertThat(dockerfile())
        .contains("ARG FLINK=flink:" + EnvironmentInformation.getVersion() + "-java17\n");
  }

  @Test
  void everyCopiedFolderIsThere() throws IOException {
    assertThat(
            COPY.matcher(dockerfile()).results().map(copy -> copy.group(1) + " " + copy.group(2)))
        .containsExactly("lib/ lib/", "usrlib/ usrlib/", "lib-gpu/ lib/");
    assertThat(dockerfile().lines().filter(line -> line.startsWith("COPY"))).hasSize(3);
    assertThat(names("usrlib")).containsExactly("fastweights-job.jar");
    assertThat(names("lib")).singleElement().asString().matches("zstd-jni-[\\d.-]+\\.jar");
    assertThat(names("lib-gpu"))
        .hasSize(2)
        .allMatch(name -> name.matches("jcuda-([\\d.]+|natives-[\\d.]+-linux-x86_64)\\.jar"));
  }

  @Test
  void theGpusJarsHoldTheNativeLibraryOfTheDriver() throws IOException {
    boolean found = false;
    for (String name : names("lib-gpu")) {
      try (JarFile jar = new JarFile(CONTEXT.resolve("lib-gpu").resolve(name).toFile())) {
        found |=
            jar.stream().anyMatch(entry -> entry.getName().matches("lib/libJCudaDriver.*\\.so"));
      }
    }
    assertThat(found).isTrue();
  }

  @Test
  void theJobsJarIsTheOneOfFlinkRun() throws IOException {
    assertThat(CONTEXT.resolve("usrlib/fastweights-job.jar"))
        .hasSameBinaryContentAs(Path.of(System.getProperty("fastweights.job.jar")));
  }

  @Test
  void theFilesForKubernetesAreBesideIt() throws IOException {
    Path sources = Path.of("src/main/deploy");
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(CONTEXT.resolve(sources.relativize(file))).hasSameBinaryContentAs(file);
      }
    }
  }
}
