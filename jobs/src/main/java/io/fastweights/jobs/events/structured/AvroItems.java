package io.fastweights.jobs.events.structured;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Finds arrays whose items take no bytes, such as nulls: a message of a few bytes may declare a
 * billion of them, and a reader would allocate them.
 */
public final class AvroItems {
  private AvroItems() {}

  /** True if a schema contains such an array at any depth. */
  public static boolean mayTakeNoBytes(Schema schema) {
    return hasSuchItems(schema, new HashSet<>());
  }

  private static boolean hasSuchItems(Schema schema, Set<String> seen) {
    switch (schema.getType()) {
      case ARRAY:
        Schema item = schema.getElementType();
        return takesNoBytes(item, new HashSet<>()) || hasSuchItems(item, seen);
      case MAP:
        return hasSuchItems(schema.getValueType(), seen);
      case UNION:
        return schema.getTypes().stream().anyMatch(type -> hasSuchItems(type, seen));
      case RECORD:
        return seen.add(schema.getFullName())
            && schema.getFields().stream().anyMatch(field -> hasSuchItems(field.schema(), seen));
      default:
        return false;
    }
  }

  /** A record that is directly inside itself has no values, of no bytes or any. */
  private static boolean takesNoBytes(Schema schema, Set<String> around) {
    switch (schema.getType()) {
      case NULL:
        return true;
      case FIXED:
        return schema.getFixedSize() == 0;
      case RECORD:
        return around.add(schema.getFullName())
            && schema.getFields().stream().allMatch(field -> takesNoBytes(field.schema(), around));
      default:
        return false;
    }
  }
}
