package io.fastweights.jobs.kafka;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Looks for arrays whose items take no bytes, as nulls do: a message of a few bytes may say that it
 * holds a billion of them, and a reader would make room for them.
 */
final class AvroItems {
  private AvroItems() {}

  /** Whether a schema has such an array anywhere in it. */
  static boolean mayTakeNoBytes(Schema schema) {
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
