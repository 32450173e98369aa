package io.fastweights.jobs.bench.engine;

import io.fastweights.jobs.bench.engine.EngineReport.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the CPU engine on an attention layer, in one thread: whole steps against PyTorch, and
 * the memory update alone against the machine's limits. Rates and floors are measured in turns,
 * several rounds of each, and the medians compared: other load on the machine slows all of them.
 */
public final class EngineBenchmark {

  /**
   * An attention layer.
   *
   * @param name the name in the report
   */
  public record Shape(String name, int dim, int heads, int dimHead, int nu) {}

  /** The README model's attention layer, a small one, and one with nu = 2. */
  public static final List<Shape> SHAPES =
      List.of(
          new Shape("h8d64", 128, 8, 64, 1),
          new Shape("h4d16", 64, 4, 16, 1),
          new Shape("h8d16", 128, 8, 16, 2));

  /**
   * Length of a benchmark.
   *
   * @param rounds rounds, of which the median counts
   * @param seconds processor time of each measurement in a round
   * @param coldBytes memories of the cold runs; far beyond the caches
   */
  public record Settings(int rounds, double seconds, long coldBytes) {
    public static final Settings DEFAULT = new Settings(5, 0.2, 2L << 30);
  }

  private EngineBenchmark() {}

  /**
   * Measures all shapes. Needs a heap of 1.5 times the cold memories.
   *
   * @param peer PyTorch, where it is installed
   * @param source the memory step in C, {@code delta_rule.c}; compiled if gcc is installed
   * @throws IOException if a peer fails
   */
  public static EngineReport run(Settings settings, Optional<TorchPeer> peer, Path source)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    Map<String, Double> copies = new LinkedHashMap<>();
    Map<String, Double> multiplyAdds = new LinkedHashMap<>();
    Map<String, Double> keys = new LinkedHashMap<>();
    String engine = "";
    for (Shape shape : SHAPES) {
      try (ShapeBenchmark benchmark = new ShapeBenchmark(shape, settings, peer, source)) {
        engine = benchmark.engine();
        List<Row> measured = benchmark.run();
        rows.addAll(measured);
        copies.put(shape.name(), benchmark.copyBytes());
        multiplyAdds.put(shape.name(), benchmark.multiplyAdds());
        summarise(shape, measured, keys);
        keys.putAll(benchmark.compiledKeys());
      }
    }
    return new EngineReport(engine, copies, multiplyAdds, rows, keys);
  }

  /**
   * Hot memories against PyTorch's best batch: our best, and our best where every event is of
   * another key; the floors that the memory update alone reached; and batches of 256 against the
   * best, all on the same memories.
   */
  private static void summarise(Shape shape, List<Row> rows, Map<String, Double> keys) {
    double best = 0;
    for (Row row : rows) {
      best = row.part().equals(ShapeBenchmark.SAME_KEYS) ? Math.max(best, row.events()) : best;
    }
    for (Row row : rows) {
      if (row.part().equals("engine") && !row.cold() && !Double.isNaN(row.ratio())) {
        keys.merge("pytorch." + shape.name(), row.ratio(), Math::max);
        if (row.segment() == 1) {
          keys.merge("pytorch." + shape.name() + ".segment1", row.ratio(), Math::max);
        }
      }
      if (row.part().equals(ShapeBenchmark.SAME_KEYS) && row.batch() == ShapeBenchmark.MOST) {
        keys.put("batch256." + shape.name(), row.events() / best);
      }
      if (row.part().equals("memory")) {
        String name = "floor." + (row.cold() ? "cold." : "hot.") + shape.name();
        keys.put(row.segment() == 1 ? name : name + ".segment" + row.segment(), row.floor());
      }
    }
  }
}
