package io.fastweights.jobs.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A schema to train with: a class target may leave its classes to the events. The weights carry the
 * schema with the classes in it.
 */
final class TrainingSchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_CLASSES = 1000;
  private static final int SHOWN = 20;

  private TrainingSchema() {}

  /**
   * Reads a schema, and the events where it lists no classes.
   *
   * @param out receives the classes found
   * @throws IllegalArgumentException if it is no schema, or the events have fewer than 2 or too
   *     many classes
   */
  static Schema read(Path file, List<Path> events, PrintWriter out) throws IOException {
    ObjectNode open = withoutClasses(file);
    if (open == null) {
      return JobModel.readSchema(file);
    }
    ObjectNode target = (ObjectNode) open.get("target");
    String name = target.path("name").asText();
    ArrayNode classes = target.putArray("classes").add("0").add("1");
    SortedSet<String> found = labels(events, parse(file, open), name);
    classes.removeAll();
    found.forEach(classes::add);
    Schema schema = parse(file, open);
    out.printf(
        Locale.ROOT,
        "%d classes of %s in the events: %s%s%n",
        found.size(),
        name,
        String.join(", ", found.stream().limit(SHOWN).toList()),
        found.size() > SHOWN ? ", ..." : "");
    return schema;
  }

  /** The schema's JSON if its target is of classes and lists none; else null. */
  private static ObjectNode withoutClasses(Path file) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      // The reader of schemas says what is wrong.
      return null;
    }
    JsonNode target = root.path("target");
    boolean open = target.path("encoder").asText().equals("class") && !target.has("classes");
    return open && root instanceof ObjectNode schema ? schema : null;
  }

  private static Schema parse(Path file, ObjectNode schema) {
    try {
      return SchemaJson.parse(schema.toString());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static SortedSet<String> labels(List<Path> events, Schema schema, String target)
      throws IOException {
    EventFiles files = EventFiles.of(events, schema, file -> {});
    EventParser parser = new EventParser(files, schema);
    int column = files.columns().indexOf(schema.column(target));
    SortedSet<String> labels = new TreeSet<>();
    files.forEach(
        line -> {
          try {
            Event event = parser.parse(line);
            String cell = event == null || column < 0 ? null : event.cells()[column];
            if (cell != null && !cell.isBlank()) {
              labels.add(cell.trim());
            }
          } catch (MalformedEventException e) {
            // Counted and shown when the events are read to learn from.
          }
          if (labels.size() > MOST_CLASSES) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "target %s has more than %,d values in the events, list its classes in the"
                        + " schema",
                    target,
                    MOST_CLASSES));
          }
        });
    return labels;
  }
}
