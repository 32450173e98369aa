package io.fastweights.jobs.quality;

import io.fastweights.jobs.quality.Quality.CalibrationBin;
import io.fastweights.jobs.quality.Quality.ClassCounts;
import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.quality.Quality.TimeBin;
import io.fastweights.jobs.quality.Tally.TimeSums;
import io.fastweights.jobs.report.Interval;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures and their intervals from a {@link Tally}.
 *
 * <p>The standard error of a mean is the larger of two: that of independent events, and that of the
 * time bins' sums, which events that resemble their neighbours make larger (a ratio estimator over
 * blocks, Cochran, "Sampling Techniques", 1977, section 6.3). Below {@value #LEAST_BLOCKS} bins it
 * is the first. The interval of an accuracy is Wilson's (1927) for as many independent events as
 * give that standard error; those of areas under the curve are in {@link Areas}. Differences are
 * paired: of the same events or bins.
 */
final class Estimates {
  static final int LEAST_BLOCKS = 10;

  /** Sums of the measures of rankings that are shares. */
  private static final Map<Measure, Integer> RECALLS =
      Map.of(
          Measure.RECALL_1, Tally.HIT_1,
          Measure.RECALL_5, Tally.HIT_5,
          Measure.RECALL_10, Tally.HIT_10);

  private final Tally tally;
  private final Layout layout;
  private final double events;
  private final Collection<TimeSums> blocks;
  private final double[][] total;
  private final Areas areas;

  Estimates(Tally tally) {
    this.tally = tally;
    this.layout = tally.layout;
    this.events = tally.events;
    this.blocks = tally.bins.values();
    this.areas = new Areas(tally);
    this.total = new double[layout.models()][layout.sums()];
    TimeSums all = new TimeSums(layout);
    blocks.forEach(all::add);
    for (int m = 0; m < total.length; m++) {
      for (int sum = 0; sum < total[m].length; sum++) {
        total[m][sum] = of(all, m, sum);
      }
    }
  }

  Quality quality() {
    List<Model> models = new ArrayList<>();
    for (int m = 0; m < layout.models(); m++) {
      Layout.Predictor predictor = layout.predictors().get(m);
      models.add(
          new Model(
              predictor.name(),
              predictor.title(),
              measures(m),
              classes(m),
              predictor.graded() ? calibration(m) : List.of()));
    }
    return new Quality(
        layout.kind(),
        layout.target(),
        tally.events,
        tally.last,
        models,
        comparisons(models),
        timeline());
  }

  /** Mean losses of the memories and of the best baseline: log loss, absolute error, or 1 - MRR. */
  double[] losses() {
    if (layout.kind() == Kind.ITEM) {
      double most = 0;
      for (int m = 1; m < layout.models(); m++) {
        most = Math.max(most, mean(m, Tally.RECIPROCAL));
      }
      return new double[] {1 - mean(0, Tally.RECIPROCAL), 1 - most};
    }
    double best = Double.POSITIVE_INFINITY;
    for (int m = 1; m < layout.models(); m++) {
      if (layout.predictors().get(m).graded()) {
        best = Math.min(best, mean(m, 0));
      }
    }
    return new double[] {mean(0, 0), best};
  }

  private double of(TimeSums block, int model, int sum) {
    return WideSum.value(block.sums, Tally.place(layout, model, sum));
  }

  private double mean(int model, int sum) {
    return total[model][sum] / events;
  }

  private Map<Measure, Interval> measures(int m) {
    Map<Measure, Interval> measures = new EnumMap<>(Measure.class);
    if (layout.kind() == Kind.ITEM) {
      measures.put(
          Measure.MRR,
          Interval.normal(mean(m, Tally.RECIPROCAL), error(m, Tally.RECIPROCAL, false)));
      RECALLS.forEach(
          (measure, sum) -> measures.put(measure, share(mean(m, sum), error(m, sum, false))));
      return measures;
    }
    if (layout.kind() == Kind.NUMBER) {
      Interval absolute = Interval.normal(mean(m, Tally.ABSOLUTE), error(m, Tally.ABSOLUTE, false));
      Interval square = Interval.normal(mean(m, Tally.SQUARE), error(m, Tally.SQUARE, false));
      measures.put(Measure.MEAN_ABSOLUTE_ERROR, absolute);
      measures.put(Measure.RMSE, root(square));
      double variance = labelVariance();
      if (variance > 0) {
        measures.put(
            Measure.R2,
            new Interval(
                1 - square.value() / variance,
                1 - square.high() / variance,
                1 - square.low() / variance));
      }
      return measures;
    }
    if (layout.predictors().get(m).graded()) {
      measures.put(
          Measure.LOG_LOSS,
          Interval.normal(mean(m, Tally.LOG_LOSS), error(m, Tally.LOG_LOSS, false)));
    }
    Interval area = layout.kind() == Kind.BINARY ? areas.of(m) : null;
    if (area != null) {
      measures.put(Measure.AUC, area);
    }
    measures.put(Measure.ACCURACY, share(mean(m, Tally.HITS), error(m, Tally.HITS, false)));
    measures.put(
        Measure.BRIER, Interval.normal(mean(m, Tally.BRIER), error(m, Tally.BRIER, false)));
    double f1 = macroF1(m);
    measures.put(Measure.MACRO_F1, Interval.exact(f1));
    return measures;
  }

  private double labelVariance() {
    double mean = WideSum.value(tally.labels, 0) / events;
    return WideSum.value(tally.labels, WideSum.WORDS) / events - mean * mean;
  }

  private static Interval root(Interval square) {
    return new Interval(
        Math.sqrt(square.value()),
        Math.sqrt(Math.max(0, square.low())),
        Math.sqrt(Math.max(0, square.high())));
  }

  /** Wilson's interval of a share with this standard error. */
  private Interval share(double share, double error) {
    double variance = share * (1 - share);
    double n = error > 0 ? Math.min(events, variance / (error * error)) : events;
    return Interval.share(share, n);
  }

  /**
   * The standard error of a mean.
   *
   * @param paired of the difference to the memories
   */
  private double error(int m, int sum, boolean paired) {
    double mean = mean(m, sum) - (paired ? mean(0, sum) : 0);
    long[] secondMoments = paired ? tally.differences : tally.squares;
    double second = WideSum.value(secondMoments, Tally.place(layout, m, sum)) / events;
    double independent = Math.sqrt(Math.max(0, second - mean * mean) / events);
    if (blocks.size() < LEAST_BLOCKS) {
      return independent;
    }
    double squares = 0;
    for (TimeSums block : blocks) {
      double own = of(block, m, sum) - (paired ? of(block, 0, sum) : 0);
      double deviation = own - mean * block.events;
      squares += deviation * deviation;
    }
    double n = blocks.size();
    return Math.max(independent, Math.sqrt(squares * n / (n - 1)) / events);
  }

  private List<ClassCounts> classes(int m) {
    int count = layout.classes().size();
    List<ClassCounts> counts = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      int at = count * (1 + 2 * m) + c;
      counts.add(
          new ClassCounts(
              layout.classes().get(c),
              tally.classes[c],
              tally.classes[at],
              tally.classes[at + count]));
    }
    return List.copyOf(counts);
  }

  private double macroF1(int m) {
    return classes(m).stream()
        .filter(c -> c.support() > 0)
        .mapToDouble(ClassCounts::f1)
        .average()
        .orElse(0);
  }

  private List<CalibrationBin> calibration(int m) {
    List<CalibrationBin> bins = new ArrayList<>();
    for (int b = 0; tally.calibration.length > 0 && b < Tally.CALIBRATION_BINS; b++) {
      int at = (m * Tally.CALIBRATION_BINS + b) * 3;
      long n = tally.calibration[at];
      if (n > 0) {
        bins.add(
            new CalibrationBin(
                n,
                tally.calibration[at + 1] / Tally.PROBABILITY / n,
                (double) tally.calibration[at + 2] / n));
      }
    }
    return List.copyOf(bins);
  }

  private List<Comparison> comparisons(List<Model> models) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Measure measure : models.get(0).measures().keySet()) {
      if (measure != Measure.MACRO_F1 && measure != Measure.R2) {
        int best = best(measure, models);
        if (best > 0) {
          comparisons.add(
              new Comparison(measure, models.get(best).name(), advantage(measure, models, best)));
        }
      }
    }
    return List.copyOf(comparisons);
  }

  private static int best(Measure measure, List<Model> models) {
    int best = 0;
    for (int m = 1; m < models.size(); m++) {
      Interval own = models.get(m).measures().get(measure);
      if (own != null
          && (best == 0
              || measure.better(own.value(), models.get(best).measures().get(measure).value()))) {
        best = m;
      }
    }
    return best;
  }

  private Interval advantage(Measure measure, List<Model> models, int m) {
    double ours = models.get(0).measures().get(measure).value();
    double theirs = models.get(m).measures().get(measure).value();
    double advantage = measure.higherIsBetter() ? ours - theirs : theirs - ours;
    return Interval.normal(
        advantage,
        switch (measure) {
          case LOG_LOSS -> error(m, Tally.LOG_LOSS, true);
          case BRIER -> error(m, Tally.BRIER, true);
          case ACCURACY -> error(m, Tally.HITS, true);
          case AUC -> areas.errorOfAdvantage(m);
          case MEAN_ABSOLUTE_ERROR -> error(m, Tally.ABSOLUTE, true);
          // To first order: a - b is (a^2 - b^2) / (a + b).
          case RMSE -> ours + theirs == 0 ? 0 : error(m, Tally.SQUARE, true) / (ours + theirs);
          case MRR -> error(m, Tally.RECIPROCAL, true);
          case RECALL_1, RECALL_5, RECALL_10 -> error(m, RECALLS.get(measure), true);
          case MACRO_F1, R2 -> 0;
        });
  }

  private List<TimeBin> timeline() {
    List<TimeBin> timeline = new ArrayList<>();
    for (Map.Entry<Long, TimeSums> entry : tally.bins.entrySet()) {
      long from = entry.getKey() * tally.width;
      timeline.add(new TimeBin(from, from + tally.width, values(entry.getValue())));
    }
    return List.copyOf(timeline);
  }

  private Map<Measure, double[]> values(TimeSums block) {
    Map<Measure, double[]> values = new EnumMap<>(Measure.class);
    if (layout.kind() == Kind.ITEM) {
      values.put(Measure.MRR, means(block, Tally.RECIPROCAL));
      RECALLS.forEach((measure, sum) -> values.put(measure, means(block, sum)));
      return values;
    }
    if (layout.kind() == Kind.NUMBER) {
      values.put(Measure.MEAN_ABSOLUTE_ERROR, means(block, Tally.ABSOLUTE));
      double[] roots = means(block, Tally.SQUARE);
      for (int m = 0; m < roots.length; m++) {
        roots[m] = Math.sqrt(roots[m]);
      }
      values.put(Measure.RMSE, roots);
      return values;
    }
    double[] logLoss = means(block, Tally.LOG_LOSS);
    for (int m = 0; m < logLoss.length; m++) {
      logLoss[m] = layout.predictors().get(m).graded() ? logLoss[m] : Double.NaN;
    }
    values.put(Measure.LOG_LOSS, logLoss);
    values.put(Measure.ACCURACY, means(block, Tally.HITS));
    values.put(Measure.BRIER, means(block, Tally.BRIER));
    if (layout.kind() == Kind.BINARY) {
      values.put(Measure.AUC, Areas.of(block, layout.models()));
    }
    return values;
  }

  private double[] means(TimeSums block, int sum) {
    double[] means = new double[layout.models()];
    for (int m = 0; m < means.length; m++) {
      means[m] = of(block, m, sum) / block.events;
    }
    return means;
  }
}
