package io.fastweights.jobs.sizing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What was measured of one subtask on a small machine, and what lies between. Two tables: jobs of a
 * growing number of keys, and jobs of growing memories. Between two measured jobs a figure is
 * interpolated on logarithmic axes; beyond the last it goes on as between the last two, before the
 * first it stays. The two effects are taken as independent.
 */
final class MeasuredJobs {
  static final MeasuredJobs INSTANCE = new MeasuredJobs(read());

  /**
   * One row.
   *
   * @param table {@code keys} or {@code memory}, which grows in it
   * @param keys number of keys of the subtask
   * @param memory bytes of a memory
   * @param eventsPerSecond of the subtask
   * @param eventsPerProcessorSecond of one core
   * @param checkpointBytesPerEvent bytes that incremental checkpoints copy for an event
   */
  record Row(
      String table,
      double keys,
      double memory,
      double eventsPerSecond,
      double eventsPerProcessorSecond,
      double checkpointBytesPerEvent) {}

  private final List<Row> byKeys;
  private final List<Row> byMemory;

  private MeasuredJobs(List<Row> rows) {
    byKeys = rows.stream().filter(row -> row.table().equals("keys")).toList();
    byMemory = rows.stream().filter(row -> row.table().equals("memory")).toList();
  }

  List<Row> byKeys() {
    return byKeys;
  }

  List<Row> byMemory() {
    return byMemory;
  }

  /** Events that one core takes in a second, where a subtask has so many keys. */
  double eventsPerProcessorSecond(double keys, double memory) {
    return at(keys, memory, Row::eventsPerProcessorSecond);
  }

  /** Bytes that checkpoints copy for an event, one a second. */
  double checkpointBytesPerEvent(double keys, double memory) {
    return at(keys, memory, Row::checkpointBytesPerEvent);
  }

  double mostKeys() {
    return byKeys.get(byKeys.size() - 1).keys();
  }

  double leastMemory() {
    return byMemory.get(0).memory();
  }

  double mostMemory() {
    return byMemory.get(byMemory.size() - 1).memory();
  }

  private double at(double keys, double memory, ToDoubleFunction<Row> figure) {
    double usual = byKeys.get(0).memory();
    return interpolated(byKeys, Row::keys, figure, keys)
        * interpolated(byMemory, Row::memory, figure, memory)
        / interpolated(byMemory, Row::memory, figure, usual);
  }

  private static double interpolated(
      List<Row> rows, ToDoubleFunction<Row> axis, ToDoubleFunction<Row> figure, double place) {
    if (place <= axis.applyAsDouble(rows.get(0))) {
      return figure.applyAsDouble(rows.get(0));
    }
    int next = 1;
    while (next < rows.size() - 1 && axis.applyAsDouble(rows.get(next)) < place) {
      next++;
    }
    Row from = rows.get(next - 1);
    Row to = rows.get(next);
    double share =
        Math.log(place / axis.applyAsDouble(from))
            / Math.log(axis.applyAsDouble(to) / axis.applyAsDouble(from));
    return figure.applyAsDouble(from)
        * Math.pow(figure.applyAsDouble(to) / figure.applyAsDouble(from), share);
  }

  private static List<Row> read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(MeasuredJobs.class.getResourceAsStream("measured-jobs.csv")),
                StandardCharsets.UTF_8))) {
      return lines.lines().skip(1).map(MeasuredJobs::row).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(String line) {
    String[] cells = line.split(",");
    return new Row(
        cells[0],
        Double.parseDouble(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]),
        Double.parseDouble(cells[5]));
  }
}
