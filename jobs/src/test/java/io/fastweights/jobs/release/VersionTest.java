package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/version} sets the version in a copy of the files that name it. */
class VersionTest {
  private static final Path ROOT = Path.of("..");

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (Path file : named()) {
      Path copy = folder.resolve(ROOT.relativize(file));
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static List<Path> named() throws IOException {
    try (Stream<Path> poms =
            Files.find(
                ROOT,
                4,
                (file, attributes) ->
                    file.endsWith("pom.xml") && !file.toString().contains("/target/"));
        Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      return Stream.of(
              poms,
              pages.filter(Files::isRegularFile),
              Stream.of("README.md", "CHANGELOG.md", ".ci/version").map(ROOT::resolve))
          .flatMap(files -> files)
          .toList();
    }
  }

  private String set(String... arguments) throws Exception {
    Process process =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("bash", folder.resolve(".ci/version").toString()),
                        Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true)
            .start();
    String out =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return out.strip();
  }

  private long filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).filter(file -> read(file).contains(text)).count();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aReleaseHasItsVersionEverywhereItsDateAndItsTag() throws Exception {
    String before = set();
    long named = filesWith(">" + before + "<");
    assertThat(named).isGreaterThan(12);
    assertThat(set("7.8.9-rc1", "2031-02-03")).isEmpty();
    assertThat(filesWith(before)).isZero();
    assertThat(filesWith(">7.8.9-rc1<")).isEqualTo(named);
    assertThat(read(folder.resolve("docs/tutorial.md"))).contains("-DarchetypeVersion=7.8.9-rc1");
    assertThat(read(folder.resolve("CHANGELOG.md"))).contains("\n## 7.8.9-rc1 (2031-02-03)\n");
    assertThat(read(folder.resolve("pom.xml")))
        .contains("<project.build.outputTimestamp>2031-02-03T00:00:00Z<", "<tag>v7.8.9-rc1</tag>");

    assertThat(set("7.9.0-SNAPSHOT")).isEmpty();
    assertThat(filesWith(">7.8.9-rc1<")).isZero();
    assertThat(read(folder.resolve("CHANGELOG.md")))
        .contains("\n## 7.9.0 (not released)\n\n## 7.8.9-rc1 (2031-02-03)\n");
    assertThat(read(folder.resolve("pom.xml"))).contains("<tag>HEAD</tag>");
  }

  @Test
  void whatIsNoVersionOrHasNoChangelogIsRefused() throws Exception {
    String before = set();
    assertThat(set("next")).contains("'next' is no version");
    assertThat(set("1.0.0", "today")).contains("'today' is no date");
    Files.writeString(folder.resolve("CHANGELOG.md"), "## 0.9.0 (2030-01-01)\n");
    assertThat(set("1.0.0")).contains("must begin with '## ... (not released)'");
    assertThat(set()).isEqualTo(before);
  }
}
