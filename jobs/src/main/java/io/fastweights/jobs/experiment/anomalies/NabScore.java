package io.fastweights.jobs.experiment.anomalies;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The score of the Numenta Anomaly Benchmark (Lavin and Ahmad, Evaluating Real-time Anomaly
 * Detection Algorithms, ICMLA 2015; version 1.1).
 *
 * <p>A detection is a value whose anomaly score is at or above a threshold. Of those in a window
 * the best counts: sigma(y) = 2 / (1 + exp(5 y)) - 1 at its place y from -1 at the left end to 0 at
 * the right one, divided by sigma(-1). A window without one costs a miss. Every detection outside
 * costs a false alarm, less of it soon behind a window: y is then positive, in window lengths, and
 * without a window before it sigma is -1. The threshold is the best one over all files. The sum is
 * scaled so that no detection at all is 0 and all of them at the left ends are 100.
 *
 * @param value of the profile, at most 100
 * @param threshold at which it is reached
 * @param detections at or above the threshold, of values that are scored
 */
record NabScore(double value, double threshold, int detections) {

  /** Weights of what a detector does. */
  enum Profile {
    STANDARD("standard", "standard", 1, 0.11),
    LOW_FALSE_POSITIVES("reward low FP", "lowFalsePositives", 1, 0.22),
    LOW_FALSE_NEGATIVES("reward low FN", "lowFalseNegatives", 2, 0.11);

    private final String title;
    private final String key;
    private final double miss;
    private final double falseAlarm;

    Profile(String title, String key, double miss, double falseAlarm) {
      this.title = title;
      this.key = key;
      this.miss = miss;
      this.falseAlarm = falseAlarm;
    }

    String title() {
      return title;
    }

    /** Its name in figures. */
    String key() {
      return key;
    }
  }

  private static final double STEEPNESS = 5;
  private static final double FAR_BEHIND = 3;
  private static final double LEFT_END = sigma(-1);

  /** No value has such a score. */
  private static final double ABOVE_ALL = 1.1;

  /**
   * A scored value.
   *
   * @param worth of a detection there, before weights
   * @param window number of its window; -1 outside
   */
  private record Point(double score, double worth, int window) {}

  static double sigma(double y) {
    return y > FAR_BEHIND ? -1 : 2 / (1 + Math.exp(STEEPNESS * y)) - 1;
  }

  /**
   * The score of a detector at its best threshold.
   *
   * @param scores of each value, by the names of the files
   */
  static NabScore of(List<NabFile> files, Map<String, double[]> scores, Profile profile) {
    List<Point> points = new ArrayList<>();
    int windows = 0;
    for (NabFile file : files) {
      addPoints(file, scores.get(file.name()), windows, points);
      windows += file.windows().size();
    }
    points.sort(Comparator.comparingDouble(Point::score).reversed());
    return best(points, windows, profile);
  }

  private static void addPoints(
      NabFile file, double[] scores, int firstWindow, List<Point> points) {
    double[] worth = worth(file);
    int[] window = new int[file.size()];
    Arrays.fill(window, -1);
    for (int w = 0; w < file.windows().size(); w++) {
      NabFile.Window of = file.windows().get(w);
      Arrays.fill(window, of.first(), of.last() + 1, firstWindow + w);
    }
    for (int i = file.probation(); i < file.size(); i++) {
      points.add(new Point(scores[i], worth[i], window[i]));
    }
  }

  /** Of a detection at each value: in (0, 1] inside a window, from -1 to 0 outside. */
  static double[] worth(NabFile file) {
    double[] worth = new double[file.size()];
    Arrays.fill(worth, -1);
    List<NabFile.Window> windows = file.windows();
    for (int w = 0; w < windows.size(); w++) {
      NabFile.Window window = windows.get(w);
      for (int i = window.first(); i <= window.last(); i++) {
        worth[i] = sigma(-(window.last() - i + 1) / (double) window.length()) / LEFT_END;
      }
      int end = w + 1 < windows.size() ? windows.get(w + 1).first() : file.size();
      for (int i = window.last() + 1; i < end; i++) {
        worth[i] = sigma((i - window.last()) / (window.length() - 1.0));
      }
    }
    return worth;
  }

  /** Lowers the threshold from value to value. */
  private static NabScore best(List<Point> points, int windows, Profile profile) {
    double[] found = new double[windows];
    boolean[] scored = new boolean[windows];
    points.stream().filter(p -> p.window() >= 0).forEach(p -> scored[p.window()] = true);
    int scoredWindows = 0;
    for (int w = 0; w < windows; w++) {
      found[w] = -profile.miss;
      scoredWindows += scored[w] ? 1 : 0;
    }
    double none = -profile.miss * scoredWindows;
    double sum = none;
    NabScore best = new NabScore(none, ABOVE_ALL, 0);
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      if (point.window() < 0) {
        sum += profile.falseAlarm * point.worth();
      } else if (point.worth() > found[point.window()]) {
        sum += point.worth() - found[point.window()];
        found[point.window()] = point.worth();
      }
      boolean lastOfItsScore = i + 1 == points.size() || points.get(i + 1).score() != point.score();
      if (lastOfItsScore && sum > best.value()) {
        best = new NabScore(sum, point.score(), i + 1);
      }
    }
    return new NabScore(
        100 * (best.value() - none) / (windows - none), best.threshold(), best.detections());
  }
}
