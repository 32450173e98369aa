package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.experiment.streams.StreamTask.Published;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.report.Interval;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Our figures, the baselines of the same runs, published figures and peers, best first. */
final class StreamTable {
  private static final String OURS = "fast weights";
  private static final String BASELINE = "baseline, this run";
  private static final String PUBLISHED = "published";
  private static final String PEER = "peer, run here";

  private final StreamTask task;
  private final Measure measure;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> baselines = new HashSet<>();
  private final Figures figures = new Figures();
  private long events;
  private String peer;

  private record Row(String kind, String title, double value, double half) {}

  StreamTable(StreamTask task) {
    this.task = task;
    this.measure = task.measure();
    for (Published one : task.published()) {
      rows.add(new Row(PUBLISHED, one.method(), one.value(), 0));
    }
  }

  /**
   * Adds what one run scored.
   *
   * @param suffix of its figures' names
   */
  void add(String title, String suffix, Quality quality) {
    events = quality.scored();
    String name = task.name() + suffix + ".";
    figures.put(name + "scored", quality.scored());
    for (Model model : quality.models()) {
      Interval value = model.measures().get(measure);
      if (value == null) {
        continue;
      }
      boolean ours = model == quality.ours();
      figures.put(
          name + (ours ? "" : "baseline." + model.name() + ".") + measure.key(), value.value());
      if (ours || baselines.add(model.title())) {
        rows.add(
            new Row(
                ours ? OURS : BASELINE,
                ours ? title : model.title(),
                value.value(),
                (value.high() - value.low()) / 2));
      }
    }
  }

  /** Names the program of others that is run beside ours, and its settings. */
  void peer(String settings) {
    peer = settings;
  }

  /**
   * Adds what a peer scored on the same events.
   *
   * @param name of its figure
   */
  void add(String title, String name, double value) {
    figures.put(task.name() + ".peer." + name + "." + measure.key(), value);
    rows.add(new Row(PEER, title, value, 0));
  }

  Figures figures() {
    return figures;
  }

  void print(PrintWriter out) {
    Comparator<Row> best = Comparator.comparingDouble(Row::value);
    rows.sort(measure.higherIsBetter() ? best.reversed() : best);
    int width = rows.stream().mapToInt(row -> row.title().length()).max().orElse(0);
    out.printf(
        Locale.ROOT,
        "%s: %s of %,d events, each predicted before it was learned%n",
        task.title(),
        measure.title(),
        events);
    for (Row row : rows) {
      String half = row.half() == 0 ? "" : String.format(Locale.ROOT, " ± %.4f", row.half());
      out.printf(
          Locale.ROOT,
          "  %-" + width + "s  %.4f%-9s  %s%n",
          row.title(),
          row.value(),
          half,
          row.kind());
    }
    verdict(out, PUBLISHED, "the best published");
    verdict(out, PEER, "the best peer");
    out.println("  published: " + task.source());
    if (peer != null) {
      out.println("  peer: " + peer);
    }
    out.println("  protocol: " + task.protocol());
    out.flush();
  }

  /** Compares our best with the best of others, whoever is ahead. */
  private void verdict(PrintWriter out, String kind, String title) {
    Optional<Row> others = best(kind);
    if (others.isEmpty()) {
      return;
    }
    double lead = best(OURS).orElseThrow().value() - others.get().value();
    lead *= measure.higherIsBetter() ? 1 : -1;
    out.printf(
        Locale.ROOT,
        "  %s %s, %s, by %.4f%n",
        lead > 0 ? "ahead of" : "behind",
        title,
        others.get().title(),
        Math.abs(lead));
  }

  private Optional<Row> best(String kind) {
    return rows.stream().filter(row -> row.kind().equals(kind)).findFirst();
  }
}
