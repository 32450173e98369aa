package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.output.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of {@code bench job}. Repeated measurements count with their median. Ratios are
 * computed for adjacent measurements, then their median is taken.
 */
final class JobReport {
  private final Map<String, List<Double>> samples = new LinkedHashMap<>();

  void add(String name, double value) {
    samples.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /** A figure of this name and of the naive way, and their ratio. */
  void addBoth(String name, String unit, double ours, double naive) {
    add(name, ours / naive);
    add(name + "." + unit, ours);
    add(name + ".naive." + unit, naive);
  }

  /** The median; NaN if nothing was measured. */
  double median(String name) {
    return Quantiles.of(
        samples.getOrDefault(name, List.of()).stream().mapToDouble(v -> v).toArray(), 0.5);
  }

  Figures figures() {
    Figures figures = new Figures();
    samples.keySet().forEach(name -> figures.put(name, median(name)));
    return figures;
  }

  /** The medians of a part, in the order in which they were measured. */
  String table(String part) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%n%-56s %16s%n", part, "median"));
    samples.keySet().stream()
        .filter(name -> name.startsWith(part + "."))
        .forEach(
            name ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%-56s %16s%n",
                        name.substring(part.length() + 1),
                        number(median(name)))));
    return text.toString();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1000 ? "%.3f" : "%,.0f", value);
  }
}
