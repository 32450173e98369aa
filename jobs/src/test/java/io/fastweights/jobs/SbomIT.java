package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials names what the launcher runs with, in the versions that are there. */
class SbomIT {
  private static final Path TARGET = Path.of(System.getProperty("basedir", "."), "target");

  @Test
  void namesEveryLibraryAndNoOther() throws Exception {
    JsonNode sbom = new ObjectMapper().readTree(TARGET.resolve("sbom.json").toFile());
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    List<String> named = sbom.path("components").valueStream().map(SbomIT::fileName).toList();
    try (Stream<Path> libraries = Files.list(TARGET.resolve("lib"))) {
      assertThat(libraries.map(library -> library.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(named);
    }
  }

  private static String fileName(JsonNode component) {
    String purl = component.path("purl").asText();
    String classifier = purl.replaceFirst(".*[?&]classifier=([^&]*).*", "-$1");
    return String.format(
        Locale.ROOT,
        "%s-%s%s.jar",
        component.path("name").asText(),
        component.path("version").asText(),
        classifier.equals(purl) ? "" : classifier);
  }
}
