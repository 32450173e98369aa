package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * Checks the examples of the documentation, except Java and SQL, which the module operator compiles
 * and runs:
 *
 * <ul>
 *   <li>a {@code yaml} block is a job, or the options of a Flink cluster (where it has no source);
 *   <li>a {@code json} block is a schema;
 *   <li>an {@code xml} block is a pom or a part of one;
 *   <li>a line of any block that begins with {@code ./fastweights} is a command; what follows two
 *       spaces and a # is a remark.
 * </ul>
 */
class DocsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path INDEX = ROOT.resolve("docs/README.md");
  private static final Pattern FENCED =
      Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern COMMAND =
      Pattern.compile("^(?: {4})?(?:\\$ )?\\./fastweights (.*)$", Pattern.MULTILINE);
  private static final Pattern SPAN = Pattern.compile("`\\./fastweights ([^`<>]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)\\}");

  @TempDir Path folder;

  /** The README and every page beside it. */
  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private static List<String> blocks(Path page, String language) throws IOException {
    return FENCED
        .matcher(Files.readString(page))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  @Test
  void everyCommandParses() throws IOException {
    int commands = 0;
    for (Path page : pages()) {
      Matcher line = COMMAND.matcher(Files.readString(page).replace("\\\n", " "));
      while (line.find()) {
        String command = line.group(1).replaceAll("  +#.*", "").strip();
        assertThatCode(() -> Main.commandLine().parseArgs(command.split("\\s+")))
            .as("%s: ./fastweights %s", page, command)
            .doesNotThrowAnyException();
        commands++;
      }
    }
    assertThat(commands).isGreaterThan(30);
  }

  /** A command inside a sentence may leave out options that it cannot do without. */
  @Test
  void everyCommandOfASentenceIsKnown() throws IOException {
    int commands = 0;
    for (Path page : pages()) {
      Matcher span = SPAN.matcher(FENCED.matcher(Files.readString(page)).replaceAll(""));
      while (span.find()) {
        String[] words = span.group(1).strip().split("\\s+");
        try {
          Main.commandLine().parseArgs(words);
        } catch (MissingParameterException e) {
          // As in "`init` proposes a schema".
        } catch (ParameterException e) {
          fail("%s: %s: %s", page, span.group(), e.getMessage());
        }
        commands++;
      }
    }
    assertThat(commands).isGreaterThan(15);
  }

  @Test
  void everyYamlIsAJobOrOptionsThatAreKnown() throws IOException {
    int jobs = 0;
    for (Path page : pages()) {
      for (String yaml : blocks(page, "yaml")) {
        boolean job = yaml.lines().anyMatch(line -> line.equals("source:"));
        String text =
            job
                ? yaml
                : "source: {files: a}\nsink: {files: {folder: b}}\nflink:\n" + indented(yaml);
        Path file = Files.writeString(folder.resolve("job.yaml"), text);
        assertThatCode(() -> JobConfigReader.read(file, Map.of()))
            .as("%s: %s", page, yaml)
            .doesNotThrowAnyException();
        jobs += job ? 1 : 0;
      }
    }
    assertThat(jobs).isPositive();
  }

  @Test
  void everyJsonIsASchema() throws IOException {
    int schemas = 0;
    for (Path page : pages()) {
      for (String json : blocks(page, "json")) {
        assertThatCode(() -> SchemaJson.parse(json))
            .as("%s: %s", page, json)
            .doesNotThrowAnyException();
        schemas++;
      }
    }
    assertThat(schemas).isPositive();
  }

  private static String indented(String text) {
    return text.indent(2);
  }

  @Test
  void everyPomHasTheVersionsOfTheProject() throws Exception {
    Element project = xml(Files.readString(ROOT.resolve("pom.xml")));
    Map<String, String> known = versions(project, properties(project));
    for (String module : List.of("kernels", "state", "operator", "jobs")) {
      known.put("io.fastweights:fastweights-" + module, text(project, "version"));
    }
    int artifacts = 0;
    for (Path page : pages()) {
      for (String block : blocks(page, "xml")) {
        Element shown = xml("<page>" + block + "</page>");
        Map<String, String> versions = versions(shown, properties(shown));
        for (Map.Entry<String, String> version : versions.entrySet()) {
          assertThat(known).as("%s: %s", page, block).contains(version);
          artifacts++;
        }
      }
    }
    assertThat(artifacts).isPositive();
  }

  private static Element xml(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(text)))
        .getDocumentElement();
  }

  private static Map<String, String> properties(Element root) {
    Map<String, String> properties = new HashMap<>();
    NodeList sections = root.getElementsByTagName("properties");
    for (int i = 0; i < sections.getLength(); i++) {
      NodeList entries = ((Element) sections.item(i)).getElementsByTagName("*");
      for (int j = 0; j < entries.getLength(); j++) {
        properties.put(entries.item(j).getNodeName(), entries.item(j).getTextContent());
      }
    }
    properties.put("project.version", text(root, "version"));
    return properties;
  }

  /** Of every artifact that is named with a version, itself and its parts aside. */
  private static Map<String, String> versions(Element root, Map<String, String> properties) {
    Map<String, String> versions = new HashMap<>();
    for (String tag : List.of("dependency", "plugin")) {
      NodeList nodes = root.getElementsByTagName(tag);
      for (int i = 0; i < nodes.getLength(); i++) {
        Element artifact = (Element) nodes.item(i);
        String version = text(artifact, "version");
        if (version != null) {
          String group = text(artifact, "groupId");
          versions.put(
              (group == null ? "org.apache.maven.plugins" : group)
                  + ":"
                  + text(artifact, "artifactId"),
              PROPERTY
                  .matcher(version)
                  .replaceAll(name -> String.valueOf(properties.get(name.group(1)))));
        }
      }
    }
    return versions;
  }

  /** The text of a child, not of one deeper down; null where there is none. */
  private static String text(Element parent, String child) {
    NodeList nodes = parent.getElementsByTagName(child);
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i).getParentNode() == parent) {
        return nodes.item(i).getTextContent();
      }
    }
    return null;
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    for (Path page : pages()) {
      for (String link : links(page)) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        assertThat(target).as("%s: %s", page, link).exists();
        if (parts.length == 2) {
          assertThat(anchors(target)).as("%s: %s", page, link).contains(parts[1]);
        }
      }
    }
  }

  @Test
  void everyFileIsReachedFromTheIndex() throws IOException {
    Set<Path> reached = new HashSet<>();
    Deque<Path> open = new ArrayDeque<>(List.of(INDEX));
    while (!open.isEmpty()) {
      Path page = open.pop();
      if (reached.add(page.normalize()) && page.toString().endsWith(".md") && Files.exists(page)) {
        for (String link : links(page)) {
          open.push(page.resolveSibling(link.split("#")[0]));
        }
      }
    }
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      assertThat(docs.filter(Files::isRegularFile).map(Path::normalize)).isSubsetOf(reached);
    }
    Set<Path> indexed = new HashSet<>();
    links(INDEX).forEach(link -> indexed.add(INDEX.resolveSibling(link).normalize()));
    indexed.add(INDEX.normalize());
    assertThat(indexed).containsAll(pages().stream().map(Path::normalize).toList());
  }

  /** Targets of a page's links, except those to other sites. */
  private static List<String> links(Path page) throws IOException {
    String prose = FENCED.matcher(Files.readString(page)).replaceAll("");
    return LINK.matcher(prose)
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.matches("[a-z]+:.*"))
        .toList();
  }

  /** The headlines of a page as they stand in addresses. */
  private static List<String> anchors(Path page) throws IOException {
    return Arrays.stream(FENCED.matcher(Files.readString(page)).replaceAll("").split("\n"))
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
