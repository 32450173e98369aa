package io.fastweights.jobs.output;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a command's last table, in order; written as one flat JSON object. */
public final class Figures {
  private final Map<String, Object> values = new LinkedHashMap<>();

  public Figures put(String name, Number value) {
    values.put(name, value);
    return this;
  }

  public Figures put(String name, String value) {
    values.put(name, value);
    return this;
  }

  /** Adds all of others, after these. */
  public Figures putAll(Figures others) {
    values.putAll(others.values);
    return this;
  }

  /** In order. */
  public List<String> names() {
    return List.copyOf(values.keySet());
  }

  /** The number of a name; null where there is none. */
  public Number get(String name) {
    return values.get(name) instanceof Number number ? number : null;
  }

  /**
   * @param file takes the object; nothing is written where it is null
   */
  public void writeJson(Path file) throws IOException {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), values);
  }
}
