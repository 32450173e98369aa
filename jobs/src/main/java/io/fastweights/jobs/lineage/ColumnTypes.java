package io.fastweights.jobs.lineage;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types of columns, by their names in SQL. */
public final class ColumnTypes {
  public static final String BOOLEAN = "BOOLEAN";
  public static final String BIGINT = "BIGINT";
  public static final String FLOAT = "FLOAT";
  public static final String DOUBLE = "DOUBLE";
  public static final String STRING = "STRING";
  private static final String TIME = "TIMESTAMP_LTZ(3)";

  private ColumnTypes() {}

  /**
   * What a schema takes the columns of its events as; any other column is a text.
   *
   * @return the types, in the order of the columns
   */
  public static Map<String, String> of(List<String> columns, Schema schema) {
    Map<String, String> types = new LinkedHashMap<>();
    columns.forEach(column -> types.put(column, STRING));
    for (Field field : schema.fields()) {
      if (field instanceof Field.Numeric) {
        types.replace(schema.column(field.name()), DOUBLE);
      }
    }
    Target target = schema.target();
    if (target instanceof Target.Number) {
      types.replace(schema.column(target.name()), DOUBLE);
    } else if (target instanceof Target.Binary) {
      types.replace(schema.column(target.name()), BOOLEAN);
    }
    if (schema.time() != null) {
      types.replace(schema.time(), TIME);
    }
    return types;
  }
}
