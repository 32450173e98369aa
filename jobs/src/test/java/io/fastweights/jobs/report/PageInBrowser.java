package io.fastweights.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks a report as a person sees it: light on a desktop, dark on a phone, and on paper. Pictures
 * are left in {@code target/pictures}.
 */
public final class PageInBrowser {
  /** Where Debian installs it. */
  public static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  private static final Path PICTURES = Path.of("target/pictures");

  /** Texts of charts that are shown, with their boxes. */
  private static final String TEXTS =
      """
      Array.from(document.querySelectorAll('svg text'))
        .filter(text => text.getClientRects().length > 0)
        .map(text => {
          const box = text.getBoundingClientRect();
          const chart = text.closest('.plot').parentNode;
          const charts = Array.from(document.querySelectorAll('figure'));
          return { text: text.textContent, chart: charts.indexOf(chart), left: box.left,
            right: box.right, top: box.top, bottom: box.bottom };
        })""";

  /** The middle of a chart's last value, after the scrolling that brings it into the window. */
  private static final String LAST_VALUE =
      """
      (async () => {
        const chart = document.querySelectorAll('.plot > svg')[CHART];
        const value = Array.from(chart.querySelectorAll('[data-tip]')).pop();
        value.scrollIntoView({ block: 'center' });
        const frame = () => new Promise(requestAnimationFrame);
        await frame();
        await frame();
        const box = value.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
      })()""";

  private record Box(String text, int chart, double left, double right, double top, double bottom) {
    private static final double TOUCH = 2;

    boolean overlaps(Box other) {
      return chart == other.chart
          && left < other.right - TOUCH
          && other.left < right - TOUCH
          && top < other.bottom - TOUCH
          && other.top < bottom - TOUCH;
    }
  }

  private PageInBrowser() {}

  /**
   * Checks a page.
   *
   * @param name of its pictures
   * @param work an empty folder
   */
  public static void check(Path page, String name, Path work) throws Exception {
    Files.createDirectories(PICTURES);
    try (Browser browser = new Browser(CHROMIUM, work)) {
      look(browser, page.toUri(), 1280, "light", name);
      look(browser, page.toUri(), 375, "dark", name);
      browser.open(page.toUri(), 800, "dark", "print");
      fits(browser, page.toUri(), name + " on paper");
      assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
          .as("colour of paper")
          .isEqualTo("rgb(255, 255, 255)");
      browser.picture(PICTURES.resolve(name + "-print.png"), true);
    }
  }

  private static void look(Browser browser, URI page, int width, String scheme, String name)
      throws Exception {
    browser.open(page, width, scheme, "screen");
    String shown = name + "-" + width + "-" + scheme;
    fits(browser, page, shown);
    browser.picture(PICTURES.resolve(shown + ".png"), true);
    valuesAppear(browser);
  }

  private static void fits(Browser browser, URI page, String shown) throws Exception {
    assertThat(browser.errors()).as("errors of %s", shown).isEmpty();
    assertThat(browser.requests()).as("requests of %s", shown).containsExactly(page.toString());
    int width = browser.evaluate("document.scrollingElement.scrollWidth").asInt();
    int window = browser.evaluate("innerWidth").asInt();
    assertThat(width).as("width of %s", shown).isLessThanOrEqualTo(window);
    List<Box> texts = new ArrayList<>();
    for (JsonNode text : browser.evaluate(TEXTS)) {
      texts.add(
          new Box(
              text.get("text").asText(),
              text.get("chart").asInt(),
              text.get("left").asDouble(),
              text.get("right").asDouble(),
              text.get("top").asDouble(),
              text.get("bottom").asDouble()));
    }
    assertThat(texts).as("texts of %s", shown).isNotEmpty();
    assertThat(texts)
        .as("texts inside the window of %s", shown)
        .allMatch(text -> text.left() >= 0 && text.right() <= window);
    List<String> overlapping = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      for (int j = i + 1; j < texts.size(); j++) {
        if (texts.get(i).overlaps(texts.get(j))) {
          overlapping.add(texts.get(i) + " and " + texts.get(j));
        }
      }
    }
    assertThat(overlapping).as("texts of %s that overlap", shown).isEmpty();
  }

  /** The values of each kind of chart appear beside the pointer, inside the window. */
  private static void valuesAppear(Browser browser) throws Exception {
    int charts = browser.evaluate("document.querySelectorAll('.plot').length").asInt();
    for (int chart = 0; chart < charts; chart++) {
      String middle = LAST_VALUE.replace("CHART", Integer.toString(chart));
      JsonNode at = browser.evaluate(middle);
      browser.point(at.get(0).asDouble(), at.get(1).asDouble());
      JsonNode tip =
          browser.evaluate(
              "(() => { const tip = document.querySelector('.tip');"
                  + " const box = tip.getBoundingClientRect();"
                  + " return [tip.hidden ? '' : tip.textContent, box.left, box.right]; })()");
      assertThat(tip.get(0).asText()).as("values of chart %d", chart).isNotEmpty();
      assertThat(tip.get(1).asDouble()).isNotNegative();
      assertThat(tip.get(2).asDouble())
          .isLessThanOrEqualTo(browser.evaluate("innerWidth").asDouble());
    }
  }
}
