package io.fastweights.state;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.schema.SchemaDifference;
import io.fastweights.kernels.schema.SchemaJson;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.annotation.Internal;

/** The memories in a checkpoint have another shape or recipe than the model's. */
@Internal
public final class MemoryShapeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;
  private static final Pattern SCHEMA = Pattern.compile("schema \\w+");

  public MemoryShapeException(MemoryShape stored, MemoryShape model) {
    super(
        "the stored memories have shape [layers, heads, rows, columns] = "
            + stored
            + ", the model's have "
            + model
            + ": they cannot be carried over");
  }

  /**
   * @param stored recipe of the memories
   * @param storedSchema of the events that they learned, as JSON; null where it is not known
   * @param model recipe of the model
   * @param modelSchema of the job's events; null where they are vectors
   */
  public MemoryShapeException(
      String stored, String storedSchema, String model, String modelSchema) {
    super(
        "the stored memories were made with ("
            + stored
            + "), the model has ("
            + model
            + "): they would mean something else"
            + schemas(stored, storedSchema, model, modelSchema));
  }

  private static String schemas(
      String stored, String storedSchema, String model, String modelSchema) {
    Matcher before = SCHEMA.matcher(stored);
    Matcher now = SCHEMA.matcher(model);
    if (!before.find() || !now.find() || before.group().equals(now.group())) {
      return "";
    }
    if (storedSchema == null || modelSchema == null) {
      return "; the schemas differ, but the state does not say in what: compare the job's with that"
          + " of the job that wrote it";
    }
    try {
      return "; "
          + SchemaDifference.between(SchemaJson.parse(storedSchema), SchemaJson.parse(modelSchema));
    } catch (IllegalArgumentException e) {
      return "; the stored schema is " + storedSchema;
    }
  }

  public MemoryShapeException(LogShape stored, LogShape model) {
    super(
        String.format(
                Locale.ROOT,
                "the stored logs have shape [updates, heads, key, columns] = [%d, %d, %d, %d]",
                stored.updates(),
                stored.heads(),
                stored.keyDim(),
                stored.columns())
            + String.format(
                Locale.ROOT,
                ", the model's have [%d, %d, %d, %d]: they cannot be carried over",
                model.updates(),
                model.heads(),
                model.keyDim(),
                model.columns()));
  }
}
