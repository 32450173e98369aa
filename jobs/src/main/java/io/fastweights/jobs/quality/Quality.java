package io.fastweights.jobs.quality;

import io.fastweights.jobs.report.Interval;
import java.util.List;
import java.util.Map;

/**
 * How good the predictions of a job are, beside those of trivial baselines for the same events. No
 * predictor knew a label before the memories did.
 *
 * @param kind of the target
 * @param target name of it
 * @param scored events with a prediction and a label
 * @param last time of the last predicted event, in milliseconds since 1970-01-01 UTC
 * @param models the memories' predictions first, then the baselines
 * @param comparisons with the best baseline, one for each measure that has an interval
 * @param timeline the measures by time, in order; bins without events are left out
 */
public record Quality(
    Kind kind,
    String target,
    long scored,
    long last,
    List<Model> models,
    List<Comparison> comparisons,
    List<TimeBin> timeline) {

  /** Name of the memories' predictions among the models. */
  public static final String OURS = "memories";

  /** Kinds of targets. */
  public enum Kind {
    BINARY,
    CLASSES,
    NUMBER,
    ITEM
  }

  /**
   * A predictor.
   *
   * @param name in figures, as {@code keyLast}
   * @param title in tables
   * @param measures those that are defined for it
   * @param classes counts of each class; empty for numbers
   * @param calibration ten bins of the probability of true, or of that of the predicted class;
   *     empty for numbers and for a predictor without probabilities
   */
  public record Model(
      String name,
      String title,
      Map<Measure, Interval> measures,
      List<ClassCounts> classes,
      List<CalibrationBin> calibration) {}

  /**
   * Counts of a class.
   *
   * @param support events whose label it was
   * @param predicted events for which it was the most probable
   * @param hits events for which it was both
   */
  public record ClassCounts(String label, long support, long predicted, long hits) {
    /** Share of its events that were found; 0 without events. */
    public double recall() {
      return support == 0 ? 0 : (double) hits / support;
    }

    /** Share of the events predicted as this class that were; 0 where there were none. */
    public double precision() {
      return predicted == 0 ? 0 : (double) hits / predicted;
    }

    /** Harmonic mean of recall and precision. */
    public double f1() {
      return support + predicted == 0 ? 0 : 2.0 * hits / (support + predicted);
    }
  }

  /**
   * Events whose probability was in a tenth of 0 ... 1; bins without events are left out.
   *
   * @param predicted mean probability
   * @param observed share of the events for which the prediction was true
   */
  public record CalibrationBin(long events, double predicted, double observed) {}

  /**
   * The memories against the best baseline by one measure.
   *
   * @param baseline name of the best one
   * @param advantage of the memories, in the unit of the measure: positive where they are better,
   *     whether higher or lower values are; from the paired differences
   */
  public record Comparison(Measure measure, String baseline, Interval advantage) {
    /** True if the baseline is better beyond chance. */
    public boolean lost() {
      return advantage.high() < 0;
    }
  }

  /**
   * Measures of a stretch of time.
   *
   * @param from in milliseconds since 1970-01-01 UTC
   * @param to after the last
   * @param values for each measure one value for each of the models, in their order; NaN where it
   *     is not defined
   */
  public record TimeBin(long from, long to, Map<Measure, double[]> values) {}

  /** True if all labels are the same: there was nothing to predict. */
  public boolean hasOneLabel() {
    return switch (kind) {
      case NUMBER -> scored > 1 && !ours().measures().containsKey(Measure.R2);
      case BINARY, CLASSES -> ours().classes().stream().filter(c -> c.support() > 0).count() == 1;
      case ITEM -> false;
    };
  }

  /** The memories' predictions. */
  public Model ours() {
    return models.get(0);
  }

  /** The comparison by a measure; null if there is none. */
  public Comparison comparison(Measure measure) {
    return comparisons.stream().filter(one -> one.measure() == measure).findFirst().orElse(null);
  }

  /** The model of a name. */
  public Model model(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst().orElseThrow();
  }
}
