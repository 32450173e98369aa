package io.fastweights.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PageTest {

  @Test
  void aPageLoadsNothingFitsAnyWidthAndHasTextAsText() throws Exception {
    Document document = PageStructure.check(SamplePage.page().html());
    assertThat(PageStructure.elements(document, "figure")).hasSize(7);
  }

  @Test
  void textIsEscaped() throws Exception {
    Document document = PageStructure.check(SamplePage.page().html());
    assertThat(PageStructure.elements(document, "h1").get(0).getTextContent())
        .isEqualTo("Sample a <b> & \"c\"");
    assertThat(document.getElementsByTagName("b").getLength()).as("only of figures").isEqualTo(3);
  }

  @Test
  void everyPointShowsItsValuesWithTheirIntervals() throws Exception {
    List<String> titles = titles(SamplePage.lines());
    assertThat(titles).hasSize(SamplePage.POINTS);
    assertThat(titles.get(0))
        .startsWith("time (UTC): 9 January 2001 00:26:40\nbest baseline: 0.6")
        .contains("\ntrained: 0.8")
        .doesNotContain("guide");
    assertThat(titles.get(20)).as("at the gap").doesNotContain("no training");
    assertThat(titles(SamplePage.bars()).get(0))
        .isEqualTo("memories\nAUC; 0.5 is guessing: 0.776 (0.763 to 0.789)");
    assertThat(titles(SamplePage.named()).get(0)).startsWith("destination ATL, hour 6, ");
  }

  private static List<String> titles(Chart chart) throws Exception {
    Page page = new Page("one chart").chart(chart, "chart");
    Document document = PageStructure.check(page.html());
    Element svg = PageStructure.elements(document, "svg").get(0);
    return PageStructure.elements(svg, "title").stream().map(Element::getTextContent).toList();
  }

  @Test
  void aTableHoldsEveryValueOfALineChart() {
    Table table = SamplePage.lines().table();
    assertThat(table.head())
        .containsExactly("time (UTC)", "best baseline", "no training", "trained");
    assertThat(table.rows()).hasSize(SamplePage.POINTS).allMatch(row -> row.size() == 4);
    assertThat(table.rows().get(20).get(2)).isEmpty();
  }

  @Test
  void labelsOfLinesThatEndTogetherDoNotOverlap() throws Exception {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lines.add(
          new Line(
              "line " + i,
              Role.BASELINE,
              List.of(new Point(0, 0.5), new Point(1, i < 4 ? 0.5 : 0.500001))));
    }
    LineChart chart =
        new LineChart(Axis.of("x", "0"), Axis.of("y", "0.0").between(0.5, 1), 200, lines);
    Document document = PageStructure.check(new Page("p").chart(chart, "chart").html());
    double[] at =
        PageStructure.elements(document, "text").stream()
            .filter(text -> text.getAttribute("class").startsWith("label"))
            .mapToDouble(text -> Double.parseDouble(text.getAttribute("y")))
            .sorted()
            .toArray();
    assertThat(at).hasSize(5);
    for (int i = 1; i < at.length; i++) {
      assertThat(at[i] - at[i - 1]).as("distance of labels %d and %d", i - 1, i).isGreaterThan(15);
    }
    assertThat(at[at.length - 1]).as("the lowest stays on the plot").isLessThan(206);
  }

  @Test
  void anEmptyChartIsStillAChart() throws Exception {
    LineChart chart =
        new LineChart(
            Axis.of("x", "0"),
            Axis.of("y", "0.0"),
            100,
            List.of(
                new Line("none", Role.OURS, List.of()),
                new Line("gaps", Role.BASELINE, List.of(new Point(1, Double.NaN)))));
    assertThat(chart.svg("nothing")).doesNotContain("NaN").contains("<text");
  }

  @Test
  void anIntervalOfAShareStaysBetweenNoneAndAll() {
    assertThat(Interval.share(0, 10).low()).isZero();
    assertThat(Interval.share(0, 10).high()).isEqualTo(0.2775, within(5e-4));
    assertThat(Interval.share(1, 10).high()).isEqualTo(1, within(1e-12));
    Interval half = Interval.share(0.5, 100);
    assertThat(half.low()).isEqualTo(0.4038, within(5e-4));
    assertThat(half.high()).isEqualTo(0.5962, within(5e-4));
  }
}
