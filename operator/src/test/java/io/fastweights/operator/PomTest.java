package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Transitive dependencies of a module for the jar of a job. */
class PomTest {
  /**
   * The cluster provides Flink: a copy in the job's jar would load it twice, in two class loaders.
   */
  @ParameterizedTest
  @ValueSource(strings = {"state", "operator"})
  void flinkIsNotHandedOn(String module) throws Exception {
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("..", module, "pom.xml").toFile())
            .getElementsByTagName("dependency");
    int ofFlink = 0;
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      if (text(dependency, "groupId").equals("org.apache.flink")) {
        assertThat(text(dependency, "scope"))
            .as("scope of %s in %s", text(dependency, "artifactId"), module)
            .isIn("provided", "test");
        ofFlink++;
      }
    }
    assertThat(ofFlink).isPositive();
  }

  private static String text(Element parent, String child) {
    NodeList nodes = parent.getElementsByTagName(child);
    return nodes.getLength() == 0 ? "compile" : nodes.item(0).getTextContent();
  }
}
