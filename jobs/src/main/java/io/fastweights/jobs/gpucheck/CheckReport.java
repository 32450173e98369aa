package io.fastweights.jobs.gpucheck;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Results of a GPU check: text lines as it runs, Markdown and JSON at the end. */
public final class CheckReport {
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final StringBuilder markdown = new StringBuilder();
  private final Consumer<String> lines;
  private boolean fenced;
  private boolean contractHolds = true;

  CheckReport(Consumer<String> lines) {
    this.lines = lines;
  }

  void put(String name, Object value) {
    values.put(name, value);
  }

  /** A row of a table, which begins with what was measured. */
  Map<String, Object> row(String table, SlowModel model, Storage format, int batch, int segment) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("shape", name(model));
    row.put("pool", format.name());
    row.put("batch", batch);
    row.put("segment", segment);
    rows(table).add(row);
    return row;
  }

  @SuppressWarnings("unchecked")
  private List<Object> rows(String table) {
    return (List<Object>) values.computeIfAbsent(table, name -> new ArrayList<>());
  }

  static String name(SlowModel model) {
    return TorchCheck.name(model.config().heads(), model.keyDim(), model.nu());
  }

  /** Begins a table. */
  void section(String title, String note) {
    lines.accept("");
    endTable();
    markdown.append("\n## ").append(title).append('\n').append(note).append("\n```\n");
    fenced = true;
  }

  /** A line of text, or of the table that has begun. */
  void print(String format, Object... arguments) {
    String line = String.format(Locale.ROOT, format, arguments);
    lines.accept(line);
    markdown.append(line.stripTrailing()).append('\n');
  }

  void contract(boolean holds) {
    contractHolds = holds;
  }

  private void endTable() {
    if (fenced) {
      markdown.append("```\n");
      fenced = false;
    }
  }

  /** True if every model gave the reference's results for all batch cuts, or was not tested. */
  public boolean contractHolds() {
    return contractHolds;
  }

  /** The printed results, each table under a heading, for docs/gpu.md. */
  public String markdown() {
    endTable();
    return markdown.toString();
  }

  /** Writes every figure, unrounded. */
  public void writeJson(Path file) throws IOException {
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), values);
  }
}
