package io.fastweights.jobs.bench.engine;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results of an engine benchmark. Rates are per second of the thread's processor time.
 *
 * @param engine name of the engine
 * @param copyBytes bytes read and written by a copy, per second, each shape's median
 * @param multiplyAdds fused multiply-adds from registers, per second, each shape's median
 * @param rows the figures
 * @param keys the figures of the JSON file: {@code pytorch.h8d64}, {@code floor.cold.h8d64}, ...
 */
public record EngineReport(
    String engine,
    Map<String, Double> copyBytes,
    Map<String, Double> multiplyAdds,
    List<Row> rows,
    Map<String, Double> keys) {

  /**
   * One combination, the median of its rounds.
   *
   * @param shape "h8d64"
   * @param part "engine": a whole step; "keys": the same, on 256 memories whatever the batch;
   *     "memory": the memory update alone; "pytorch"; "c": the memory update in C; "pass": loads, a
   *     product and stores of the same rows
   * @param cold true if memories come from DRAM
   * @param batch events of a batch
   * @param segment events of one key in a row
   * @param events events per second
   * @param bytes bytes of W per second that the events had to read and write; 0 for PyTorch
   * @param floor fraction of the floor reached: of the copy's rate where cold, of the
   *     multiply-adds' where hot; NaN where a row has none
   * @param ratio events per second over PyTorch's best batch; NaN where PyTorch did not run
   */
  public record Row(
      String shape,
      String part,
      boolean cold,
      int batch,
      int segment,
      double events,
      double bytes,
      double floor,
      double ratio) {}

  /** The rows as a table: ratios, and rates beside them. */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-7s %-8s %-5s %5s %7s %12s %9s %10s %9s%n",
            "shape",
            "part",
            "where",
            "batch",
            "segment",
            "of PyTorch",
            "of floor",
            "events/s",
            "GB/s"));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-7s %-8s %-5s %5d %7d %12s %9s %10.0f %9s%n",
              row.shape,
              row.part,
              row.cold ? "cold" : "hot",
              row.batch,
              row.segment,
              Double.isNaN(row.ratio) ? "-" : String.format(Locale.ROOT, "%.1fx", row.ratio),
              Double.isNaN(row.floor) ? "-" : String.format(Locale.ROOT, "%.0f%%", 100 * row.floor),
              row.events,
              row.bytes == 0 ? "-" : String.format(Locale.ROOT, "%.1f", row.bytes / 1e9)));
    }
    return text.toString();
  }
}
