package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * NOTICE lists the libraries whose classes the shaded jars hold, with the licences that the bill of
 * materials gives. It is written if {@code -Dfastweights.write-docs=true} is given.
 */
class NoticeIT {
  private static final Path NOTICE = Path.of("../NOTICE");
  private static final Path JOB = Path.of(System.getProperty("fastweights.job.jar"));
  private static final String JARS = "fastweights-[a-z]+-[^-]+(-[^-]+)?\\.jar";
  private static final String NO_CLASSES = ".*-(sources|javadoc|tests)\\.jar";

  /** Those under which a jar may be passed on with the licence's text or notice in it. */
  private static final List<String> LICENCES = List.of("Apache-2.0", "0BSD", "MIT", "BSD-2-Clause");

  /** Libraries of other licences, whose text NOTICE holds, by the line that it begins with. */
  private static final Map<String, String> TEXTS =
      Map.of("com.google.protobuf:protobuf-java", "Copyright 2008 Google Inc.");

  /** Packages that are moved into the shaded jars, and their places there. */
  private static final Map<String, String> MOVED =
      Map.of(
          "com/fasterxml/", "io/fastweights/shaded/",
          "org/apache/commons/", "io/fastweights/shaded/commons/",
          "org/apache/hadoop/", "io/fastweights/shaded/hadoop/",
          "com/google/protobuf/", "io/fastweights/shaded/protobuf/");

  @Test
  void namesEveryLibraryOfTheShadedJars() throws Exception {
    String notice = Files.readString(NOTICE);
    notice = with(notice, "(fastweights-sql)", libraries(jars("sql/target").get(0)));
    notice = with(notice, "(fastweights-job)", libraries(JOB));
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(NOTICE, notice);
    }
    assertThat(Files.readString(NOTICE)).isEqualTo(notice);
  }

  private static String with(String notice, String jar, List<String> libraries) {
    Matcher place =
        Pattern.compile("(" + Pattern.quote(jar) + " also holds [^\n]*:\n)((- .*\n)*)")
            .matcher(notice);
    assertThat(place.find()).as(jar).isTrue();
    String list = libraries.stream().collect(Collectors.joining("\n- ", "- ", "\n"));
    return place.replaceFirst("$1" + Matcher.quoteReplacement(list));
  }

  private static List<String> libraries(Path shaded) throws Exception {
    JsonNode sbom = new ObjectMapper().readTree(Path.of("target/sbom.json").toFile());
    List<String> libraries = new ArrayList<>();
    try (JarFile jar = new JarFile(shaded.toFile())) {
      for (JsonNode component : sbom.path("components")) {
        String name = component.path("group").asText() + ":" + component.path("name").asText();
        if (!name.startsWith("io.fastweights:") && holds(jar, file(component))) {
          String licence = component.at("/licenses/0/license/id").asText();
          if (TEXTS.containsKey(name)) {
            assertThat(Files.readString(NOTICE)).contains(name + " has no", TEXTS.get(name));
          } else {
            assertThat(LICENCES).as(name).contains(licence);
          }
          libraries.add(String.format(Locale.ROOT, "%s, %s", name, licence));
        }
      }
    }
    assertThat(libraries).as("libraries in %s", shaded).isNotEmpty();
    return libraries.stream().sorted().toList();
  }

  private static Path file(JsonNode component) throws IOException {
    String name = component.path("name").asText() + "-" + component.path("version").asText();
    try (Stream<Path> files = Files.list(Path.of("target/lib"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(name))
          .findFirst()
          .orElseThrow(() -> new NoSuchFileException(name));
    }
  }

  /** By the first class of the library, where it was or where it was moved. */
  private static boolean holds(JarFile shaded, Path library) throws IOException {
    try (JarFile jar = new JarFile(library.toFile())) {
      String name =
          jar.stream()
              .map(JarEntry::getName)
              .filter(entry -> entry.endsWith(".class") && !entry.contains("-"))
              .findFirst()
              .orElse("none");
      return shaded.getEntry(name) != null
          || MOVED.entrySet().stream()
              .filter(place -> name.startsWith(place.getKey()))
              .map(place -> place.getValue() + name.substring(place.getKey().length()))
              .anyMatch(moved -> shaded.getEntry(moved) != null);
    }
  }

  private static List<Path> jars(String folder) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files
          .filter(file -> file.getFileName().toString().matches(JARS))
          .filter(file -> !file.toString().matches(NO_CLASSES))
          .toList();
    }
  }

  @Test
  void everyJarHoldsLicenceAndNotice() throws Exception {
    List<Path> jars = new ArrayList<>(List.of(JOB));
    for (String folder :
        List.of("target", "sql/target", "../kernels/target", "../operator/target")) {
      assertThat(jars(folder)).as(folder).isNotEmpty();
      jars.addAll(jars(folder));
    }
    for (Path jar : jars) {
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(file.getEntry("META-INF/LICENSE")).as("licence of %s", jar).isNotNull();
        assertThat(file.getEntry("META-INF/NOTICE")).as("notice of %s", jar).isNotNull();
      }
    }
  }
}
