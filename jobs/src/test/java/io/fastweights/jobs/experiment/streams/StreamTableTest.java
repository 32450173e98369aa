package io.fastweights.jobs.experiment.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.report.Interval;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Our figures beside those of others. */
class StreamTableTest {
  private static Quality quality(Measure measure, double ours, double baseline) {
    return new Quality(
        Quality.Kind.BINARY,
        "late",
        1234,
        1,
        List.of(
            model(Quality.OURS, "memories", measure, ours),
            model("keyLast", "last label", measure, baseline)),
        List.of(),
        List.of());
  }

  private static Model model(String name, String title, Measure measure, double value) {
    Interval estimate = new Interval(value, value - 0.01, value + 0.01);
    return new Model(name, title, Map.of(measure, estimate), List.of(), List.of());
  }

  private static StreamTable table(Measure measure) {
    return new StreamTable(
        new StreamTask(
            "flights",
            "Flights",
            PublicFiles::ratings,
            List.of(),
            measure,
            List.of(new Published("first", 0.8), new Published("second", 0.6)),
            "a paper",
            "as there"));
  }

  private static List<String> printed(StreamTable table) {
    StringWriter text = new StringWriter();
    table.print(new PrintWriter(text));
    return text.toString().lines().toList();
  }

  @Test
  void theBestIsFirstWhoeverItIs() {
    StreamTable table = table(Measure.AUC);
    table.add("two keys", "", quality(Measure.AUC, 0.7, 0.65));
    table.add("one key", ".one", quality(Measure.AUC, 0.5, 0.65));
    assertThat(printed(table))
        .containsExactly(
            "Flights: AUC of 1,234 events, each predicted before it was learned",
            "  first       0.8000           published",
            "  two keys    0.7000 ± 0.0100  fast weights",
            "  last label  0.6500 ± 0.0100  baseline, this run",
            "  second      0.6000           published",
            "  one key     0.5000 ± 0.0100  fast weights",
            "  behind the best published, first, by 0.1000",
            "  published: a paper",
            "  protocol: as there");
    assertThat(table.figures().names())
        .containsExactly(
            "flights.scored",
            "flights.auc",
            "flights.baseline.keyLast.auc",
            "flights.one.scored",
            "flights.one.auc",
            "flights.one.baseline.keyLast.auc");
    assertThat(table.figures().get("flights.one.auc")).isEqualTo(0.5);
  }

  @Test
  void peersOfThisRunStandAmongTheOthers() {
    StreamTable table = table(Measure.AUC);
    table.add("two keys", "", quality(Measure.AUC, 0.7, 0.65));
    table.peer("MOA, defaults");
    table.add("a tree", "moa.tree", 0.72);
    table.add("another", "moa.another", 0.62);
    assertThat(printed(table))
        .containsSubsequence(
            "  a tree      0.7200           peer, run here",
            "  two keys    0.7000 ± 0.0100  fast weights",
            "  another     0.6200           peer, run here",
            "  behind the best published, first, by 0.1000",
            "  behind the best peer, a tree, by 0.0200",
            "  peer: MOA, defaults");
    assertThat(table.figures().get("flights.peer.moa.tree.auc")).isEqualTo(0.72);
  }

  @Test
  void ofErrorsTheSmallestIsBest() {
    StreamTable table = table(Measure.MEAN_ABSOLUTE_ERROR);
    table.add("two keys", "", quality(Measure.MEAN_ABSOLUTE_ERROR, 0.5, 0.65));
    assertThat(printed(table))
        .containsSubsequence(
            "  two keys    0.5000 ± 0.0100  fast weights",
            "  second      0.6000           published",
            "  ahead of the best published, second, by 0.1000");
  }
}
