package io.fastweights.jobs.quality.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.CalibrationBin;
import io.fastweights.jobs.quality.Quality.ClassCounts;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.quality.Quality.TimeBin;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.jobs.quality.page.JobFacts.Refusals;
import io.fastweights.jobs.report.Interval;
import io.fastweights.jobs.report.PageInBrowser;
import io.fastweights.jobs.report.PageStructure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class QualityPageTest {
  private static final long HOUR = 3_600_000;

  @TempDir Path folder;

  /**
   * Memories that are ahead by AUC but for the last five of twelve hours, and behind by log loss.
   */
  private static Quality binary() {
    List<CalibrationBin> calibration =
        List.of(
            new CalibrationBin(400, 0.1, 0.2),
            new CalibrationBin(300, 0.5, 0.5),
            new CalibrationBin(300, 0.9, 0.8));
    List<TimeBin> timeline =
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    new TimeBin(
                        i * HOUR,
                        (i + 1) * HOUR,
                        Map.of(Measure.AUC, new double[] {0.8 - 0.01 * i, 0.735})))
            .toList();
    return new Quality(
        Kind.BINARY,
        "bought",
        1000,
        12 * HOUR,
        List.of(
            model(Quality.OURS, "memories", 0.75, 0.61, calibration),
            model("keyMean", "running rate of the user", 0.70, 0.52, calibration)),
        List.of(
            new Comparison(Measure.AUC, "keyMean", new Interval(0.05, 0.03, 0.07)),
            new Comparison(Measure.LOG_LOSS, "keyMean", new Interval(-0.09, -0.11, -0.07))),
        timeline);
  }

  private static Model model(
      String name, String title, double area, double logLoss, List<CalibrationBin> calibration) {
    return new Model(
        name,
        title,
        Map.of(
            Measure.AUC, new Interval(area, area - 0.02, area + 0.02),
            Measure.LOG_LOSS, new Interval(logLoss, logLoss - 0.02, logLoss + 0.02)),
        List.of(new ClassCounts("false", 700, 650, 600), new ClassCounts("true", 300, 350, 250)),
        calibration);
  }

  private static JobFacts facts() {
    return new JobFacts(
        "Predictions of bought",
        "events.csv",
        "memories with no training",
        1010,
        10,
        12_345,
        List.of(
            new Refusals(7, "events.csv, line 8: field price is 'x', not a number"),
            new Refusals(3, "events.csv, line 9: the time is missing")),
        List.of(new SurprisingKeys.Key("u<7>", 187, 1.295), new SurprisingKeys.Key("u1", 20, 0.1)),
        "{\"key\": \"user\"}");
  }

  private Path write(Quality quality) throws Exception {
    Path file = folder.resolve("page.html");
    new QualityPage(quality, facts()).write(file);
    return file;
  }

  @Test
  void aBaselineThatIsBetterIsNamedBeforeAnyChart() throws Exception {
    Path file = write(binary());
    Document page = PageStructure.check(Files.readString(file));
    assertThat(PageStructure.elements(page, "p").get(0).getTextContent())
        .isEqualTo(
            "AUC of bought: 0.750 (0.730 to 0.770) on 1,000 events, which is better than the best"
                + " of 1 baselines, the running rate of the user: an advantage of +0.050 (+0.030"
                + " to +0.070).");
    Element warning = PageStructure.elements(page, "section").get(0);
    assertThat(PageStructure.elements(warning, "li").stream().map(Element::getTextContent))
        .containsExactly(
            "By log loss the running rate of the user is better: 0.520 against 0.610, the memories"
                + " are behind by 0.090 (0.070 to 0.110), beyond chance.",
            "Over time, the running rate of the user has the better AUC in 5 of 12 stretches, and"
                + " in 5 of the last 10.");
    String text = Files.readString(file);
    assertThat(text.indexOf("beyond chance.")).isLessThan(text.indexOf("<figure>"));
  }

  @Test
  void everySectionIsThere() throws Exception {
    Document page = PageStructure.check(Files.readString(write(binary())));
    assertThat(PageStructure.elements(page, "h2").stream().map(Element::getTextContent))
        .containsExactly(
            "Over time",
            "By class",
            "Do the probabilities mean what they say?",
            "The most surprising keys",
            "Events that were refused",
            "The schema",
            "How to read this page");
    assertThat(page.getDocumentElement().getTextContent())
        .contains("u<7> (187 events)")
        .contains("7, the first: events.csv, line 8: field price is 'x', not a number")
        .contains("{\"key\": \"user\"}")
        .contains("12,345");
  }

  @Test
  void aJobWithoutLabelsSaysThatNothingWasScored() throws Exception {
    Document page = PageStructure.check(Files.readString(write(null)));
    assertThat(PageStructure.elements(page, "p").get(0).getTextContent())
        .contains("nothing to score");
    assertThat(page.getDocumentElement().getTextContent()).contains("line 9: the time is missing");
  }

  @Test
  @Tag("browser")
  void fitsADesktopAPhoneAndPaper() throws Exception {
    PageInBrowser.check(write(binary()), "quality", folder.resolve("profile"));
  }
}
