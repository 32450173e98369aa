package io.fastweights.jobs.quality.page;

import io.fastweights.jobs.quality.Measure;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.TimeBin;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.LineChart;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.LineChart.Shape;
import io.fastweights.jobs.report.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The memories against the best baseline by one measure, over time. */
final class TimelineLead {
  private static final int RECENT = 10;
  private static final int HEIGHT = 300;
  private static final int LOW = 200;

  private final Measure measure;
  private final String title;
  private final List<Moment> moments = new ArrayList<>();

  /** Values in a stretch of time, at its middle. */
  private record Moment(double time, double ours, double baseline) {}

  TimelineLead(Quality quality, Comparison comparison) {
    measure = comparison.measure();
    title = quality.model(comparison.baseline()).title();
    int baseline = quality.models().indexOf(quality.model(comparison.baseline()));
    for (TimeBin bin : quality.timeline()) {
      double[] values = bin.values().get(measure);
      if (values != null && Double.isFinite(values[0]) && Double.isFinite(values[baseline])) {
        moments.add(new Moment((bin.from() + bin.to()) / 2.0, values[0], values[baseline]));
      }
    }
  }

  /** True if there is a line to draw. */
  boolean drawn() {
    return moments.size() > 1;
  }

  private double advantage(Moment moment) {
    double difference = moment.ours() - moment.baseline();
    return measure.higherIsBetter() ? difference : -difference;
  }

  /** The stretches of time that go to the baseline, as a sentence. */
  Optional<String> losses() {
    long lost = moments.stream().filter(moment -> advantage(moment) < 0).count();
    if (lost == 0) {
      return Optional.empty();
    }
    int recent = Math.min(RECENT, moments.size());
    long recently =
        moments.subList(moments.size() - recent, moments.size()).stream()
            .filter(moment -> advantage(moment) < 0)
            .count();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Over time, the %s has the better %s in %d of %d stretches, and in %d of the last %d.",
            title,
            measure.title(),
            lost,
            moments.size(),
            recently,
            recent));
  }

  LineChart values() {
    return new LineChart(
        Axis.ofTimes("time of the event (UTC)"),
        Axis.of(measure.title(), "#,##0.000"),
        HEIGHT,
        List.of(
            new Line(
                "best baseline",
                Role.BASELINE,
                moments.stream().map(m -> new Point(m.time(), m.baseline())).toList()),
            new Line(
                "memories",
                Role.OURS,
                moments.stream().map(m -> new Point(m.time(), m.ours())).toList())));
  }

  LineChart lead() {
    return new LineChart(
        Axis.ofTimes("time of the event (UTC)"),
        Axis.of("advantage of the memories in " + measure.title(), "+#,##0.000;-#,##0.000"),
        LOW,
        List.of(
            dots("memories ahead", Role.OURS, true), dots("baseline ahead", Role.WARNING, false)));
  }

  private Line dots(String name, Role role, boolean ahead) {
    return new Line(
        name,
        role,
        Shape.DOTS,
        moments.stream()
            .filter(moment -> advantage(moment) >= 0 == ahead)
            .map(moment -> new Point(moment.time(), advantage(moment)))
            .toList());
  }
}
