package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.demo.DemoCommand.Result;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.report.PageInBrowser;
import io.fastweights.jobs.report.PageStructure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The report on a few airports, of predictors that are as good as the test wants them. */
class DemoReportTest {
  private static final Set<String> AIRPORTS = Set.of("SLC", "PHX", "STL");
  private static final int TURN = 26;

  private static List<Flight> flights;

  @TempDir Path folder;

  @BeforeAll
  static void readFlights() throws Exception {
    flights = Flights.january2001().stream().filter(f -> AIRPORTS.contains(f.origin())).toList();
  }

  @Test
  void daysThatABaselineWinsAreNamedBeforeAnyChart() throws Exception {
    Path file = write();
    Document page = PageStructure.check(Files.readString(file));
    Element warning =
        PageStructure.elements(page, "section").stream()
            .filter(section -> section.getAttribute("class").equals("caution"))
            .findFirst()
            .orElseThrow();
    assertThat(warning.getTextContent())
        .contains(
            "No training: the average by route and hour has the higher AUC on 6 of 17 days, and on"
                + " 6 of the last 10 (January 26, 27, 28, 29, 30, 31).")
        .doesNotContain("Trained:");
    int chart = Files.readString(file).indexOf("<figure>");
    assertThat(Files.readString(file).indexOf("Where a baseline is better")).isBetween(0, chart);
    Element lead = PageStructure.elements(page, "p").get(0);
    assertThat(lead.getTextContent())
        .contains("ahead of it on 17 of 17 days")
        .contains("ahead of it on 11 of 17 days");
    assertThat(PageStructure.elements(page, "h2").stream().map(Element::getTextContent))
        .contains(
            "Day by day", "The worst day of the month: SLC on 10 January", "What SLC remembers");
  }

  @Test
  @Tag("browser")
  void fitsADesktopAPhoneAndPaper() throws Exception {
    PageInBrowser.check(write(), "demo", folder.resolve("profile"));
  }

  private Path write() throws Exception {
    Timeline timeline = new Timeline(flights);
    Map<String, float[]> baselines = new LinkedHashMap<>();
    for (String name : List.of("hour", "route", "origin", "destination", "logistic")) {
      baselines.put(name, noisy(0.9, 0.9));
    }
    baselines.put("routeHour", noisy(0.5, 0.5));
    Result trained = result(noisy(0.2, 0.2));
    Result memory = result(noisy(0.4, 0.7));
    int from = Flights.firstOf(flights, 15);
    DemoScores scores =
        new DemoScores(
            flights,
            Map.of(
                "memory", memory.outcomes().probabilities(),
                "trained", trained.outcomes().probabilities()),
            baselines,
            from);
    DemoFigures figures = new DemoFigures(flights, memory, trained, scores, from);
    Path file = folder.resolve("report.html");
    new DemoReport(flights, timeline, memory, scores, figures, from).write(file);
    return file;
  }

  /** The labels with noise, more of it or less from the turn on. */
  private static float[] noisy(double before, double after) {
    Random random = new Random(7);
    float[] predictions = new float[flights.size()];
    for (int f = 0; f < predictions.length; f++) {
      double noise = flights.get(f).dayOfMonth() < TURN ? before : after;
      double label = flights.get(f).late() ? 1 : 0;
      predictions[f] = (float) (noise * random.nextDouble() + (1 - noise) * (0.3 + 0.3 * label));
    }
    return predictions;
  }

  private static Result result(float[] probabilities) {
    Outcomes outcomes = new Outcomes(flights);
    for (int f = 0; f < probabilities.length; f++) {
      outcomes.add(new Outcome(f, false, probabilities[f], Float.NaN));
      float error = (float) Math.pow(probabilities[f] - (flights.get(f).late() ? 1 : 0), 2);
      outcomes.add(new Outcome(f, true, probabilities[f], error));
    }
    List<Checkpoint> checkpoints =
        IntStream.range(1, 5)
            .mapToObj(i -> new Checkpoint(5000L * i, 2_000_000L * i, 1_500_000L, 100))
            .toList();
    List<Throughput.Sample> throughput =
        IntStream.range(1, 5).mapToObj(i -> new Throughput.Sample(5 * i, 1e5 * i)).toList();
    return new Result(new DemoJob(20, throughput, checkpoints), outcomes);
  }
}
