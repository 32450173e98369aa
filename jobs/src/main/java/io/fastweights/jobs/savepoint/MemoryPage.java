package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.report.HeatMap;
import io.fastweights.jobs.report.HeatMap.Names;
import io.fastweights.jobs.report.Page;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.state.savepoint.NamedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** One key's memory as a page: a heat map for each layer and head. */
final class MemoryPage {
  /** A browser draws so many cells without trouble. */
  private static final int MOST_CELLS = 1 << 16;

  private static final int WIDE = 64;
  private static final int CELL_HEIGHT = 11;

  private final MemoryShape shape;
  private final NamedMemory memory;

  MemoryPage(MemoryShape shape, NamedMemory memory) {
    this.shape = shape;
    this.memory = memory;
  }

  void write(Path file) throws IOException {
    page(List.of()).write(file);
  }

  /**
   * @param answers to a question, a line each; none where nothing was asked
   */
  Page page(List<String> answers) {
    Page page = new Page("Memory of " + memory.key());
    page.text(
        String.format(
            Locale.ROOT,
            "%,d observed events, the last at %s. W has %d rows (features of phi) and %d columns"
                + " in each layer and head.",
            memory.events(),
            Instant.ofEpochMilli(memory.lastEvent()),
            shape.rows(),
            shape.columns()));
    if (!answers.isEmpty()) {
      page.list(answers);
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (int head = 0; head < shape.heads(); head++) {
        String name = "layer " + (layer + 1) + ", head " + (head + 1);
        float[][] cells = cells(shape.offset(layer, head));
        HeatMap.Scale scale = HeatMap.Diverging.of("weight (orange is negative)", cells);
        page.chart(new HeatMap(Names.NONE, Names.NONE, cells, scale, CELL_HEIGHT), "W of " + name);
      }
    }
    page.note(layout());
    return page;
  }

  private boolean isWrapped() {
    return shape.columns() == 1 && shape.rows() % WIDE == 0;
  }

  private int width() {
    return isWrapped() ? WIDE : shape.columns();
  }

  /** Rows of W that make one row of cells. */
  private int pooled() {
    int allowed = Math.max(1, MOST_CELLS / (shape.layers() * shape.heads()) / width());
    int rows = shape.headFloats() / width();
    return (rows + allowed - 1) / allowed;
  }

  private String layout() {
    if (isWrapped()) {
      return "Every row of cells shows " + WIDE + " rows of W, which have one column each.";
    }
    return pooled() == 1
        ? "A row of cells is a row of W."
        : "A row of cells stands for "
            + pooled()
            + " rows of W: the largest weight of each column.";
  }

  private float[][] cells(int at) {
    int rows = shape.headFloats() / width();
    float[][] cells = new float[(rows + pooled() - 1) / pooled()][width()];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < width(); c++) {
        float value = memory.weights()[at + r * width() + c];
        if (Math.abs(value) > Math.abs(cells[r / pooled()][c])) {
          cells[r / pooled()][c] = value;
        }
      }
    }
    return cells;
  }
}
