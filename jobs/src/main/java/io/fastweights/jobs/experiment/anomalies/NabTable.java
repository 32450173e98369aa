package io.fastweights.jobs.experiment.anomalies;

import io.fastweights.jobs.experiment.anomalies.NabScore.Profile;
import io.fastweights.jobs.output.Figures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Detectors side by side, by the three profiles of the Numenta Anomaly Benchmark. */
final class NabTable {
  /**
   * A row.
   *
   * @param name in the figures
   * @param runs scores of each value by the names of the files, of one seed or several
   */
  record Detector(String name, String title, List<Map<String, double[]>> runs) {}

  private final List<Detector> detectors;
  private final List<String> lines = new ArrayList<>();
  private final Figures figures = new Figures();

  NabTable(List<Detector> detectors) {
    this.detectors = List.copyOf(detectors);
  }

  /**
   * Scores all detectors on some files, each run at its own best threshold.
   *
   * @param suffix of the figures' names
   */
  void add(String suffix, String title, List<NabFile> files) {
    int width = detectors.stream().mapToInt(d -> d.title().length()).max().orElse(0);
    long windows = files.stream().mapToLong(file -> file.windows().size()).sum();
    lines.add(String.format(Locale.ROOT, "%s: %d, %d windows", title, files.size(), windows));
    StringBuilder head = new StringBuilder(" ".repeat(width + 2));
    for (Profile profile : Profile.values()) {
      head.append(String.format(Locale.ROOT, "  %-14s", profile.title()));
    }
    lines.add(head.toString().stripTrailing());
    for (Detector detector : detectors) {
      StringBuilder line =
          new StringBuilder("  ")
              .append(detector.title())
              .append(" ".repeat(width - detector.title().length()));
      for (Profile profile : Profile.values()) {
        double[] values =
            detector.runs().stream()
                .mapToDouble(run -> NabScore.of(files, run, profile).value())
                .toArray();
        line.append("  ").append(cell(values));
        String name = "anomalies" + suffix + "." + detector.name() + "." + profile.key();
        figures.put(name, mean(values));
        if (values.length > 1) {
          figures.put(name + ".deviation", deviation(values));
        }
      }
      lines.add(line.toString().stripTrailing());
    }
  }

  private static String cell(double[] values) {
    String spread =
        values.length > 1 ? String.format(Locale.ROOT, " ± %.1f", deviation(values)) : "";
    return String.format(
        Locale.ROOT, "%-14s", String.format(Locale.ROOT, "%4.1f%s", mean(values), spread));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Standard deviation of a run. */
  private static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / (values.length - 1));
  }

  Figures figures() {
    return figures;
  }

  void print(PrintWriter out) {
    lines.forEach(out::println);
  }
}
