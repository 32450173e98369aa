package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the distribution is packed from, the launcher and the image that take it. */
class DistributionTest {
  private static final Path ROOT = Path.of("..");
  private static final Path FOLDER = Path.of("distribution");
  private static final Pattern COPY = Pattern.compile("^COPY (.+) (\\S+)$", Pattern.MULTILINE);
  private static final Pattern PLACE = Pattern.compile("=\\$root/([^\"*]+)");

  /**
   * Folders of the distribution with what is packed into them; all of a folder if none is named.
   */
  private static Map<String, List<String>> packed() throws Exception {
    Element assembly =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(FOLDER.resolve("distribution.xml").toFile())
            .getDocumentElement();
    Map<String, List<String>> packed = new HashMap<>();
    NodeList sets = assembly.getElementsByTagName("fileSet");
    for (int i = 0; i < sets.getLength(); i++) {
      Element set = (Element) sets.item(i);
      List<String> named =
          packed.computeIfAbsent(text(set, "outputDirectory"), none -> new ArrayList<>());
      NodeList includes = set.getElementsByTagName("include");
      for (int j = 0; j < includes.getLength(); j++) {
        named.add(includes.item(j).getTextContent());
      }
    }
    return packed;
  }

  private static String text(Element parent, String tag) {
    return parent.getElementsByTagName(tag).item(0).getTextContent();
  }

  private static String dockerfile() throws IOException {
    return Files.readString(FOLDER.resolve("Dockerfile"));
  }

  @Test
  void theImageCopiesWhatIsPacked() throws Exception {
    Map<String, List<String>> packed = packed();
    List<String> copied = new ArrayList<>();
    Matcher copies = COPY.matcher(dockerfile());
    while (copies.find()) {
      for (String source : copies.group(1).split(" ")) {
        copied.add(source);
        if (source.endsWith("/")) {
          String folder = source.substring(0, source.length() - 1);
          assertThat(packed.keySet())
              .as(source)
              .anyMatch(name -> name.equals(folder) || name.startsWith(source));
          assertThat(copies.group(2)).isEqualTo("/opt/fastweights/" + source);
        } else {
          assertThat(packed.get("/")).contains(source);
          assertThat(copies.group(2)).isEqualTo("/opt/fastweights/");
        }
      }
    }
    assertThat(copied).contains("fastweights", "lib/", "flink/", "kafka/", "deploy/");
  }

  @Test
  void theImageHasAFixedBaseAndNoRights() throws Exception {
    List<String> lines = dockerfile().lines().filter(line -> !line.startsWith("#")).toList();
    assertThat(lines)
        .allMatch(line -> line.matches("(FROM|COPY|RUN|USER|WORKDIR|ENTRYPOINT|CMD) .*"));
    assertThat(lines.get(0)).matches("FROM [a-z-]+:\\d+-jdk");
    assertThat(lines).contains("USER 9999", "ENTRYPOINT [\"/opt/fastweights/fastweights\"]");
    assertThat(lines.indexOf("USER 9999"))
        .isGreaterThan(lines.stream().map(l -> l.startsWith("RUN")).toList().lastIndexOf(true));
  }

  @Test
  void theLauncherFindsItsPlacesInTheDistribution() throws Exception {
    String launcher = Files.readString(ROOT.resolve("fastweights"));
    String places = launcher.substring(launcher.indexOf("\nelse\n"));
    List<String> named = PLACE.matcher(places).results().map(place -> place.group(1)).toList();
    assertThat(named)
        .containsExactly(
            "flink/lib", "flink/sql", "opt", "kafka/lib", "deploy/usrlib/fastweights-job.jar");
    // flink/sql is for users who want 'fastweights sql' there: SqlCommand tells of it.
    assertThat(packed().keySet()).contains("lib", "flink/lib", "kafka/lib", "deploy", "opt");
    // The job's jar is a part of target/deploy: ImageIT.
  }

  @Test
  void everyPackedFileOfTheTreeIsThere() throws Exception {
    for (String name : packed().get("/")) {
      if (!name.equals("sbom.json")) {
        Path file =
            name.equals("Dockerfile")
                ? FOLDER.resolve(name)
                : ROOT.resolve(name.replace("/**", ""));
        assertThat(file).exists();
      }
    }
  }
}
