package io.fastweights.jobs.quality.page;

import io.fastweights.jobs.quality.Quality.CalibrationBin;
import io.fastweights.jobs.report.Axis;
import io.fastweights.jobs.report.Interval;
import io.fastweights.jobs.report.LineChart;
import io.fastweights.jobs.report.LineChart.Line;
import io.fastweights.jobs.report.LineChart.Point;
import io.fastweights.jobs.report.Role;
import java.util.ArrayList;
import java.util.List;

/** Predicted probabilities beside the shares of events for which they came true. */
public final class Calibration {
  private Calibration() {}

  /** A point for each bin: its mean probability, and the share that came true. */
  public static List<Point> points(List<CalibrationBin> bins) {
    return bins.stream()
        .map(bin -> new Point(bin.predicted(), Interval.share(bin.observed(), bin.events())))
        .toList();
  }

  /** Mean distance of probability and share, over the events. */
  public static double error(List<CalibrationBin> bins) {
    double sum = 0;
    double events = 0;
    for (CalibrationBin bin : bins) {
      sum += bin.events() * Math.abs(bin.observed() - bin.predicted());
      events += bin.events();
    }
    return sum / events;
  }

  /**
   * The curves, over the diagonal of perfect calibration.
   *
   * @param predicted title of the axis of probabilities
   * @param observed title of the axis of shares
   */
  public static LineChart chart(String predicted, String observed, int height, List<Line> curves) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("perfect", Role.GUIDE, List.of(new Point(0, 0.0), new Point(1, 1.0))));
    lines.addAll(curves);
    return new LineChart(
        Axis.of(predicted, "0.000").between(0, 1),
        Axis.of(observed, "0.000").between(0, 1),
        height,
        List.copyOf(lines));
  }
}
