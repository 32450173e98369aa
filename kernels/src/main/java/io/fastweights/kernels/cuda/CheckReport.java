package io.fastweights.kernels.cuda;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.fastweights.kernels.engine.EngineOptions.Storage;
import io.fastweights.kernels.model.SlowModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a check of a GPU found: lines for people as it goes, JSON at last. */
final class CheckReport {
  private final Map<String, Object> values = new LinkedHashMap<>();

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

  static void print(String format, Object... arguments) {
    System.out.printf(format + "%n", arguments);
  }

  void write(Path file) throws IOException {
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), values);
  }
}
