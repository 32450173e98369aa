package io.fastweights.jobs.report;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;

/** Charts as SVG elements that stand inside a page. */
final class Svg {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  private Svg() {}

  /**
   * @param id begins the names inside the element: those of a page's charts must not collide
   * @param chart drawn at its own width and height
   * @param label text alternative for screen readers
   */
  static String of(String id, Chart<?, ?> chart, String label) throws IOException {
    Document document;
    try {
      document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setComment("");
    context.setIDGenerator(
        new SVGIDGenerator() {
          @Override
          public String generateID(String prefix) {
            return super.generateID(id + "-" + prefix);
          }
        });
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    StringWriter out = new StringWriter();
    graphics.stream(out, true);
    String svg = out.toString();
    String open =
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"%s\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 %d %d\""
                + " role=\"img\" aria-label=\"%s\"",
            NAMESPACE,
            chart.getWidth(),
            chart.getHeight(),
            Html.escape(label));
    String fromRoot = svg.substring(svg.indexOf("<svg"));
    return open + styleOf(fromRoot) + fromRoot.substring(fromRoot.indexOf('>'));
  }

  /** The defaults that the generator put on its root. */
  private static String styleOf(String svg) {
    String root = svg.substring(0, svg.indexOf('>'));
    int style = root.indexOf(" style=\"");
    return style < 0 ? "" : root.substring(style, root.indexOf('"', style + 8) + 1);
  }
}
