package io.fastweights.operator.sql;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/**
 * Mapping of a table's rows to events: their schema, and the column of each field. A mismatch
 * throws an {@link IllegalArgumentException} that begins with the argument's name.
 *
 * @param schema given, or the weights', or made of the columns named
 * @param weights null for an associative memory
 * @param reader reads a row; the caller sets the time
 */
record TableEvents(Schema schema, SlowWeights weights, RowReader reader) {
  private static final int BUCKETS = 1024;

  /** A column of the table. */
  record Column(String name, LogicalType type) {
    boolean isText() {
      return type.is(LogicalTypeFamily.CHARACTER_STRING);
    }

    boolean isBoolean() {
      return type.is(LogicalTypeRoot.BOOLEAN);
    }

    boolean isWhole() {
      return type.is(LogicalTypeFamily.INTEGER_NUMERIC);
    }

    boolean isNumber() {
      return type.is(LogicalTypeFamily.NUMERIC);
    }

    boolean isCategory() {
      return isText() || isBoolean() || isWhole();
    }

    @Override
    public String toString() {
      return "column " + name + " of type " + type.copy(true).asSummaryString();
    }
  }

  /**
   * @param columns of the table
   * @param target column of the target; null for the one named as the schema's target
   * @param features columns of the fields that take a value, in the schema's order; null for those
   *     named as the fields
   * @param weights null for an associative memory
   * @param schemaJson null for the weights' schema, or one made of target and features
   * @param timed true if rows have a time
   */
  static TableEvents of(
      List<Column> columns,
      String target,
      List<String> features,
      SlowWeights weights,
      String schemaJson,
      boolean timed) {
    Schema schema = schema(columns, target, features, weights, schemaJson);
    if (schema.target() instanceof Target.Item) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "schema: target %s is an item, and SQL has no rankings; the DataStream API has",
              schema.target().name()));
    }
    checkTime(schema, timed);
    int[] places = new int[schema.fields().size()];
    List<Field> taking = schema.fields().stream().filter(Field::takesValue).toList();
    if (features != null && features.size() != taking.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features: %d columns, must be %d, one for each of the schema's fields %s",
              features.size(),
              taking.size(),
              taking.stream().map(Field::name).toList()));
    }
    int next = 0;
    for (int i = 0; i < places.length; i++) {
      Field field = schema.fields().get(i);
      places[i] = -1;
      if (field.takesValue()) {
        String name = features == null ? field.name() : features.get(next++);
        places[i] = place(columns, features == null ? "schema" : "features", name);
        check(columns.get(places[i]), field);
      }
    }
    int targetPlace = targetPlace(columns, target, schema);
    for (int place : places) {
      if (place >= 0 && place == targetPlace) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "features: %s is the target too: an event must not see its own target",
                columns.get(place)));
      }
    }
    return new TableEvents(schema, weights, new RowReader(places, targetPlace, -1));
  }

  private static Schema schema(
      List<Column> columns,
      String target,
      List<String> features,
      SlowWeights weights,
      String schemaJson) {
    if (schemaJson != null) {
      try {
        return SchemaJson.parse(schemaJson);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("schema: " + e.getMessage(), e);
      }
    }
    if (weights != null) {
      if (weights.schema() == null) {
        throw new IllegalArgumentException("weights: the file holds no schema; give one in schema");
      }
      return weights.schema();
    }
    if (target == null || features == null) {
      throw new IllegalArgumentException(
          "schema: not given; give schema or weights, or both target and features");
    }
    return made(columns, target, features);
  }

  /** A schema of columns that need no statistics: categories, and a target of true or false. */
  private static Schema made(List<Column> columns, String target, List<String> features) {
    List<Field> fields = new ArrayList<>();
    for (String name : features) {
      Column column = columns.get(place(columns, "features", name));
      if (!column.isCategory()) {
        throw new IllegalArgumentException(
            String.format(
                    Locale.ROOT,
                    "features: %s is no category (text, BOOLEAN or a whole number); a number needs a schema,",
                    column)
                + " or CAST it to STRING");
      }
      try {
        fields.add(new Field.Hashed(name, BUCKETS));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("features: " + e.getMessage(), e);
      }
    }
    Column label = columns.get(place(columns, "target", target));
    if (!label.isBoolean()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "target: %s must be BOOLEAN; classes or a number need a schema", label));
    }
    try {
      return Schema.of(fields, new Target.Binary(target));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("features: " + e.getMessage(), e);
    }
  }

  private static void checkTime(Schema schema, boolean timed) {
    List<String> derived =
        schema.fields().stream().filter(f -> !f.takesValue()).map(Field::name).toList();
    if (!timed && !derived.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "on_time: not given; the schema's fields %s are made of the event's time",
              derived));
    }
  }

  private static int targetPlace(List<Column> columns, String target, Schema schema) {
    if (schema.target() == null) {
      if (target != null) {
        throw new IllegalArgumentException("target: " + target + ", but the schema has no target");
      }
      return -1;
    }
    String name = target == null ? schema.target().name() : target;
    int place = place(columns, target == null ? "schema" : "target", name);
    Column column = columns.get(place);
    boolean fits =
        schema.target() instanceof Target.Number ? column.isNumber() : column.isCategory();
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target: %s must be %s",
              column,
              schema.target() instanceof Target.Number
                  ? "a number"
                  : "text, BOOLEAN or a whole number"));
    }
    return place;
  }

  private static void check(Column column, Field field) {
    boolean number = field instanceof Field.Numeric;
    if (number ? !column.isNumber() : !column.isCategory()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features: %s must be %s for field %s; CAST it",
              column,
              number ? "a number" : "text, BOOLEAN or a whole number",
              field.name()));
    }
  }

  private static int place(List<Column> columns, String argument, String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s: the table has no column %s; it has %s",
            argument,
            name,
            columns.stream().map(Column::name).toList()));
  }
}
