package io.fastweights.jobs.quality.page;

import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.Axis.Numbers;
import io.fastweights.jobs.report.BarChart;
import io.fastweights.jobs.report.BarChart.Bar;
import io.fastweights.jobs.report.Interval;
import io.fastweights.jobs.report.Page;
import io.fastweights.jobs.report.Page.Figure;
import io.fastweights.jobs.report.Role;
import io.fastweights.jobs.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Any job as a page to read: how good it is, where a baseline is better, and what it refused. */
public final class QualityPage {
  private static final Numbers PLAIN = new Numbers("#,##0.000");
  private static final Numbers SIGNED = new Numbers("+#,##0.000;-#,##0.000");
  private static final double GUESSING = 0.5;

  private final Quality quality;
  private final JobFacts job;
  private Page page;

  /**
   * @param quality null if no event had both a prediction and a label
   */
  public QualityPage(Quality quality, JobFacts job) {
    this.quality = quality;
    this.job = job;
  }

  public void write(Path file) throws IOException {
    Page whole = new Page(job.title());
    compose(whole);
    whole.write(file);
  }

  /** Adds the sections to a page. */
  public void compose(Page into) {
    page = into;
    if (quality == null) {
      page.lead("No event had both a prediction and a label: there is nothing to score.");
      figures(null, null);
    } else {
      summary();
      new QualityCharts(quality, headline()).write(page);
    }
    surprising();
    refusals();
    page.section("The schema");
    page.text("It names the columns of key and time, the inputs, and the target.");
    page.source("Show the schema", job.schema());
    if (quality != null) {
      howToRead();
    }
  }

  /** The measure that the page is about: the usual one of the target, if it has an interval. */
  private Measure headline() {
    Measure usual =
        switch (quality.kind()) {
          case BINARY -> Measure.AUC;
          case CLASSES -> Measure.ACCURACY;
          case NUMBER -> Measure.MEAN_ABSOLUTE_ERROR;
          case ITEM -> Measure.MRR;
        };
    List<Measure> compared = quality.comparisons().stream().map(Comparison::measure).toList();
    if (compared.contains(usual) || compared.isEmpty()) {
      return usual;
    }
    return compared.get(0);
  }

  private void summary() {
    Measure measure = headline();
    Comparison comparison = quality.comparison(measure);
    Interval ours = quality.ours().measures().get(measure);
    if (quality.hasOneLabel()) {
      page.lead("All labels are the same: there is nothing to predict.");
    }
    page.lead(lead(measure, ours, comparison));
    page.warning("Where a baseline is better", losses());
    figures(measure, comparison);
    page.text(
        "Every scored event was predicted before its label was known, by the memories and by each"
            + " baseline. Events: "
            + job.events()
            + ". Model: "
            + job.model()
            + ".");
    page.chart(
        bars(measure),
        measure.title() + " of " + format("%,d", quality.scored()) + " events, with 95% intervals");
    page.table(measures());
  }

  private String lead(Measure measure, Interval ours, Comparison comparison) {
    if (ours == null) {
      return format("%,d events were scored.", quality.scored());
    }
    String value =
        format(
            "%s of %s: %s on %,d events",
            measure.title(), quality.target(), ours.text(PLAIN), quality.scored());
    if (comparison == null) {
      return value + ".";
    }
    Interval advantage = comparison.advantage();
    String verdict =
        advantage.low() > 0
            ? "better than"
            : advantage.high() < 0 ? "worse than" : "no different beyond chance from";
    return format(
        "%s, which is %s the best of %d baselines, the %s: an advantage of %s.",
        value,
        verdict,
        quality.models().size() - 1,
        quality.model(comparison.baseline()).title(),
        advantage.text(SIGNED));
  }

  /** A statement for each measure by which the best baseline is ahead. */
  private List<String> losses() {
    List<String> losses = new ArrayList<>();
    for (Comparison comparison : quality.comparisons()) {
      if (comparison.advantage().value() < 0) {
        losses.add(
            format(
                "By %s the %s is better: %s against %s, the memories are behind by %s, %s chance.",
                comparison.measure().title(),
                quality.model(comparison.baseline()).title(),
                PLAIN.text(value(comparison.baseline(), comparison.measure())),
                PLAIN.text(value(quality.ours().name(), comparison.measure())),
                opposite(comparison.advantage()).text(PLAIN),
                comparison.lost() ? "beyond" : "within"));
      }
    }
    Comparison comparison = quality.comparison(headline());
    if (comparison != null) {
      new TimelineLead(quality, comparison).losses().ifPresent(losses::add);
    }
    return losses;
  }

  private static Interval opposite(Interval of) {
    return new Interval(-of.value(), -of.high(), -of.low());
  }

  private double value(String model, Measure measure) {
    Interval estimate = quality.model(model).measures().get(measure);
    return estimate == null ? Double.NaN : estimate.value();
  }

  private void figures(Measure measure, Comparison comparison) {
    List<Figure> figures = new ArrayList<>();
    if (measure != null) {
      figures.add(
          new Figure(
              PLAIN.text(value(quality.ours().name(), measure)), measure.title() + ", memories"));
    }
    if (comparison != null) {
      figures.add(
          new Figure(
              PLAIN.text(value(comparison.baseline(), measure)),
              measure.title() + ", best baseline"));
    }
    figures.add(new Figure(format("%,d", job.read()), "events"));
    figures.add(new Figure(format("%,d", job.malformed()), "refused as malformed"));
    figures.add(new Figure(format("%,.0f", job.eventsPerSecond()), "events a second"));
    page.figures(figures.toArray(Figure[]::new));
  }

  private BarChart bars(Measure measure) {
    List<Bar> bars = new ArrayList<>();
    for (Model model : quality.models()) {
      Interval estimate = model.measures().get(measure);
      if (estimate != null) {
        bars.add(new Bar(model.title(), QualityCharts.role(model), estimate));
      }
    }
    Comparator<Bar> ascending = Comparator.comparingDouble(bar -> bar.value().value());
    bars.sort(measure.higherIsBetter() ? ascending.reversed() : ascending);
    boolean area = measure == Measure.AUC;
    String title =
        area
            ? "AUC; 0.5 is guessing"
            : measure.title() + (measure.higherIsBetter() ? "" : " (lower is better)");
    return new BarChart(new Axis(title, PLAIN, area ? GUESSING : 0, Double.NaN), List.copyOf(bars));
  }

  /** All measures of all models. */
  private Table measures() {
    Set<Measure> measures = new LinkedHashSet<>();
    quality.models().forEach(model -> measures.addAll(model.measures().keySet()));
    List<String> head = new ArrayList<>(List.of(""));
    measures.forEach(measure -> head.add(measure.title()));
    List<List<String>> rows = new ArrayList<>();
    for (Model model : quality.models()) {
      List<String> row = new ArrayList<>(List.of(model.title()));
      for (Measure measure : measures) {
        Interval estimate = model.measures().get(measure);
        row.add(estimate == null ? "" : estimate.text(PLAIN));
      }
      rows.add(row);
    }
    return new Table(head, rows);
  }

  private void surprising() {
    if (job.surprising().isEmpty()) {
      return;
    }
    page.section("The most surprising keys");
    page.text(
        "Recall error is the squared distance of what happened from what the key's memory held."
            + " Keys with a high mean behave as their own past does not predict. A key counts from its "
            + (SurprisingKeys.FIRST + 1)
            + "th event on, if as many events follow.");
    page.chart(
        new BarChart(
            Axis.of("mean recall error of observed events", "0.000").between(0, Double.NaN),
            job.surprising().stream()
                .map(
                    key ->
                        new Bar(
                            format("%s (%,d events)", key.name(), key.events()),
                            Role.OURS,
                            Interval.exact(key.recallError())))
                .toList()),
        "Keys of the highest mean recall error");
  }

  private void refusals() {
    if (job.malformed() == 0) {
      return;
    }
    page.section("Events that were refused");
    page.text(
        format(
            "%,d of %,d events were malformed. They are not in the figures above.",
            job.malformed(), job.read()));
    page.list(
        job.refusals().stream()
            .map(kind -> format("%,d, the first: %s", kind.events(), kind.first()))
            .toList());
  }

  private void howToRead() {
    page.section("How to read this page");
    page.text(
        "Intervals are of 95% confidence. An advantage is the difference to the best baseline on the"
            + " same events: positive where the memories are better.");
    Set<Measure> measures = new LinkedHashSet<>();
    quality.models().forEach(model -> measures.addAll(model.measures().keySet()));
    page.list(
        measures.stream()
            .map(measure -> measure.title() + ": " + QualityCharts.meaning(measure))
            .toList());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
