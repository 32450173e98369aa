package io.fastweights.jobs.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.output.PredictionCounts;
import io.fastweights.jobs.output.RejectedRows;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.quality.RecallErrors;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.jobs.report.PageStructure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class LiveViewTest {
  private final LiveView view =
      new LiveView("Predictions of bought", "events.csv", "memories", "{}", 1000);

  private static Map<String, Object> totals(long second) {
    Map<String, Object> totals = new HashMap<>();
    totals.put(PredictionCounts.OBSERVED, 500 * second);
    totals.put(PredictionCounts.FIRST, 1e9);
    totals.put(PredictionCounts.LAST, 1e9 + second);
    totals.put(EventParser.BYTES, 10 * second);
    totals.put(RejectedRows.MALFORMED, 3L);
    totals.put(RecallErrors.SUM, 50.0 * second);
    totals.put(RecallErrors.COUNT, 500 * second);
    totals.put(RecallErrors.DRIFTS, 2L);
    HashMap<String, ReasonCounts.Kind> reasons = new HashMap<>();
    reasons.put("late", new ReasonCounts.Kind(3, "events.csv, line 9: too late"));
    totals.put(ReasonCounts.NAME, reasons);
    return totals;
  }

  private Document page() throws Exception {
    return PageStructure.check(view.page().html());
  }

  @Test
  void aJobThatStartsHasAPage() throws Exception {
    view.update(1, Map.of(), List.of());
    assertThat(page().getDocumentElement().getTextContent()).contains("Running for 1 seconds.");
  }

  @Test
  void ratesAreThoseBetweenTwoLooksAndTheEndIsTold() throws Exception {
    for (long second = 1; second <= 20; second++) {
      view.update(
          second,
          totals(second),
          List.of(new Checkpoint(1000, 5_000, 5_000, 10), new Checkpoint(3000, 9_000, 4_000, 10)));
    }
    Document page = page();
    String text = page.getDocumentElement().getTextContent();
    assertThat(text)
        .contains("Running for 20 seconds: read 20%, 1:20 left.")
        .contains("500events a second now")
        .contains("0.100mean recall error now")
        .contains("2drifts")
        .contains("2checkpoints")
        .contains("3, the first: events.csv, line 9: too late");
    assertThat(PageStructure.elements(page, "figcaption").stream().map(Element::getTextContent))
        .containsExactly(
            "Events a second",
            "Recall error of observed events",
            "Size of the state, by checkpoint");
    view.end(21, totals(21), List.of());
    assertThat(page().getDocumentElement().getTextContent())
        .contains("The job has ended, after 21 seconds.");
  }

  /** A cluster tells its last ten checkpoints only, and its totals every ten seconds. */
  @Test
  void checkpointsThatTheClusterHasForgottenCountAndStillTotalsAreNoStop() throws Exception {
    for (long second = 1; second <= 60; second++) {
      List<Checkpoint> told = new ArrayList<>();
      for (long number = Math.max(1, second - 9); number <= second; number++) {
        told.add(new Checkpoint(1000 * number, 100 * number, 100, 10));
      }
      view.update(second, totals(10 * (1 + second / 10)), told);
    }
    assertThat(page().getDocumentElement().getTextContent())
        .contains("60checkpoints")
        .contains("500events a second now")
        .contains("0.100mean recall error now");
  }

  @Test
  void theMostSurprisingKeysAreShownWhileTheJobRuns() throws Exception {
    Map<String, Object> totals = totals(1);
    totals.put(
        SurprisingKeys.NAME,
        new ArrayList<>(
            List.of(
                new SurprisingKeys.Key("calm", 20, 0.1), new SurprisingKeys.Key("wild", 30, 0.9))));
    view.update(1, totals, List.of());
    assertThat(page().getDocumentElement().getTextContent()).contains("wild").contains("calm");
  }

  @Test
  void aLongJobKeepsABoundedNumberOfSamples() throws Exception {
    for (long second = 1; second <= 2000; second++) {
      view.update(second, totals(second), List.of());
    }
    int points =
        (int)
            PageStructure.elements(page(), "g").stream()
                .filter(group -> group.getAttribute("class").equals("hover"))
                .count();
    assertThat(points).isBetween(200, 600);
  }
}
