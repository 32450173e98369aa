package io.fastweights.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What holds for every report, whatever is in it. */
public final class PageStructure {
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "(src|href|srcset|data)\\s*=\\s*\"|url\\(|@import|fetch\\(|XMLHttp|WebSocket");
  private static final int MOST_PIXELS = 200;

  private PageStructure() {}

  /** Checks that a page is well-formed, loads nothing, fits any width, and has text as text. */
  public static Document check(String html) throws Exception {
    assertThat(ELSEWHERE.matcher(html).results().map(found -> found.group()).toList())
        .as("references to elsewhere")
        .isEmpty();
    assertThat(html.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http://", "https://");
    assertThat(html)
        .contains("default-src 'none'")
        .contains("@media (prefers-color-scheme: dark)")
        .contains("@media print")
        .contains("width=device-width");
    // Markup without its style and its script is XML.
    String markup =
        html.replaceAll("(?s)<style>.*?</style>", "").replaceAll("(?s)<script>.*?</script>", "");
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(markup)));
    for (Element svg : elements(document, "svg")) {
      if (!inside(svg, "svg")) {
        chart(svg);
      }
    }
    for (Element table : elements(document, "table")) {
      Element parent = (Element) table.getParentNode();
      assertThat(parent.getAttribute("class")).as("frame that scrolls").isEqualTo("scroll");
      assertThat(table.getElementsByTagName("thead").getLength()).isOne();
    }
    return document;
  }

  private static void chart(Element svg) {
    String label = svg.getAttribute("aria-label");
    assertThat(label).as("text alternative").isNotBlank();
    assertThat(svg.getAttribute("width")).as(label).isEqualTo("100%");
    assertThat(svg.getElementsByTagName("text").getLength()).as("texts of " + label).isPositive();
    assertThat(svg.getElementsByTagName("title").getLength()).as("values of " + label).isPositive();
    boolean titled =
        elements(svg, "text").stream().anyMatch(text -> classes(text).contains("title"));
    assertThat(titled).as("title of an axis or of the scale of " + label).isTrue();
    for (Element part : elements(svg, "*")) {
      if (scaled(part)) {
        continue;
      }
      for (String name : List.of("x", "x1", "x2", "cx", "dx", "width")) {
        String value = part.getAttribute(name);
        if (!value.isEmpty() && !value.endsWith("%")) {
          assertThat(Double.parseDouble(value))
              .as("%s of %s in %s, in pixels", name, part.getTagName(), label)
              .isBetween(-(double) MOST_PIXELS, (double) MOST_PIXELS);
        }
      }
    }
    for (Element inner : elements(svg, "svg")) {
      assertThat(inner.getAttribute("viewBox")).isNotEmpty();
      assertThat(inner.getElementsByTagName("text").getLength()).as("distorted texts").isZero();
    }
  }

  private static List<String> classes(Element element) {
    return List.of(element.getAttribute("class").split(" "));
  }

  /** True inside an inner svg, whose units are shares of its box. */
  private static boolean scaled(Element element) {
    for (Node at = element.getParentNode(); at instanceof Element parent; at = at.getParentNode()) {
      if (parent.hasAttribute("viewBox")) {
        return true;
      }
    }
    return false;
  }

  private static boolean inside(Element element, String tag) {
    for (Node at = element.getParentNode(); at instanceof Element parent; at = at.getParentNode()) {
      if (parent.getTagName().equals(tag)) {
        return true;
      }
    }
    return false;
  }

  /** Elements of a tag, in the order of the page. */
  public static List<Element> elements(Node in, String tag) {
    NodeList found =
        in instanceof Document document
            ? document.getElementsByTagName(tag)
            : ((Element) in).getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }
}
