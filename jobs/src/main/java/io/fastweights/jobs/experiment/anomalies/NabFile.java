package io.fastweights.jobs.experiment.anomalies;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A series of the Numenta Anomaly Benchmark.
 *
 * @param name of the file, with its folder
 * @param times of the values, without an offset
 * @param values one for each time
 * @param windows in which an anomaly is to be found, in the order of time; none overlap
 */
record NabFile(String name, List<LocalDateTime> times, double[] values, List<Window> windows) {
  /** Share of a file that is not scored: a detector may learn from it. */
  private static final double PROBATION = 0.15;

  /** The longest file of which the whole share counts. */
  private static final int PROBATION_MOST = 5000;

  /**
   * A labelled window.
   *
   * @param first index of its first value
   * @param last index of its last value
   */
  record Window(int first, int last) {
    int length() {
      return last - first + 1;
    }
  }

  /** Number of values at the beginning that are not scored. */
  int probation() {
    return (int) Math.ceil(Math.min(Math.floor(PROBATION * size()), PROBATION * PROBATION_MOST));
  }

  int size() {
    return values.length;
  }

  /**
   * @param file CSV with the columns timestamp and value
   * @param windows first and last time of each
   * @throws IllegalArgumentException if the file has another form, or not the times of its windows
   */
  static NabFile read(String name, Path file, List<List<String>> windows) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<LocalDateTime> times = new ArrayList<>();
    double[] values = new double[Math.max(0, lines.size() - 1)];
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",");
      try {
        times.add(time(cells[0]));
        values[i - 1] = Double.parseDouble(cells[1]);
      } catch (DateTimeParseException | NumberFormatException | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s, line %d: '%s' is no time and number", file, i + 1, lines.get(i)),
            e);
      }
    }
    List<Window> found = new ArrayList<>();
    for (List<String> window : windows) {
      int first = times.indexOf(time(window.get(0)));
      int last = times.indexOf(time(window.get(1)));
      if (first < 0 || last < first) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s has no window from %s", file, window));
      }
      found.add(new Window(first, last));
    }
    return new NabFile(name, times, values, found);
  }

  private static LocalDateTime time(String text) {
    return LocalDateTime.parse(text.strip().replace(' ', 'T'));
  }

  /** Mean and deviation of the values that are not scored; a deviation of 0 becomes 1. */
  double[] scale() {
    int n = Math.max(1, probation());
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += values[i];
    }
    mean /= n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += (values[i] - mean) * (values[i] - mean);
    }
    return new double[] {mean, squares > 0 ? Math.sqrt(squares / n) : 1};
  }
}
