package io.fastweights.operator.sql;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.runtime.typeutils.ExternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.table.types.utils.DataTypeUtils;
import org.apache.flink.types.Row;

/**
 * The streaming operator between two tables, with its batches, its cache of hot memories and its
 * log: for memories that are too large to be written row by row, as {@link FastWeightFunction}
 * does.
 *
 * <pre>{@code
 * Table predictions =
 *     FastWeightTables.on(tables, tables.from("flights"))
 *         .partitionBy("origin")
 *         .onTime("departure")
 *         .weights(WeightsFile.read(path))
 *         .uid("flight-memories")
 *         .predict();
 * }</pre>
 *
 * The result has all columns of the input with their types, then those of the function. A row whose
 * target is NULL is an ask.
 */
@PublicEvolving
public final class FastWeightTables {
  private final StreamTableEnvironment tables;
  private final Table input;
  private final List<DataTypes.Field> fields;
  private final List<OptionSetting<?>> options = new ArrayList<>();
  private List<String> keys = List.of();
  private String target;
  private List<String> features;
  private SlowWeights weights;
  private Schema schema;
  private String onTime;
  private String name = "fast-weights";
  private String uid;
  private boolean rated;

  private record OptionSetting<V>(ConfigOption<V> option, V value) {
    FastWeights<Row> on(FastWeights<Row> builder) {
      return builder.set(option, value);
    }
  }

  private FastWeightTables(StreamTableEnvironment tables, Table input) {
    this.tables = tables;
    this.input = input;
    this.fields =
        input.getResolvedSchema().getColumns().stream()
            .map(c -> DataTypes.FIELD(c.getName(), c.getDataType()))
            .toList();
  }

  /** A memory for each partition of this table, to which rows are only appended. */
  public static FastWeightTables on(StreamTableEnvironment tables, Table input) {
    return new FastWeightTables(tables, input);
  }

  /** The columns of the key, which determine a row's memory. */
  public FastWeightTables partitionBy(String... columns) {
    keys = List.of(columns);
    return this;
  }

  /** The column of the event's time. If it is a time attribute, the result has one: rowtime. */
  public FastWeightTables onTime(String column) {
    onTime = column;
    return this;
  }

  /** The target's column, if its name differs from the schema's. */
  public FastWeightTables target(String column) {
    target = column;
    return this;
  }

  /** The columns of the fields that take a value, if their names differ from the schema's. */
  public FastWeightTables features(String... columns) {
    features = List.of(columns);
    return this;
  }

  /** The trained model; without it an associative memory learns from zero. */
  public FastWeightTables weights(SlowWeights value) {
    weights = value;
    return this;
  }

  /**
   * Sets the schema of the rows. The default is that of the weights, or one built from target and
   * features.
   */
  public FastWeightTables schema(Schema value) {
    schema = value;
    return this;
  }

  /** Sets one of {@link io.fastweights.operator.api.FastWeightOptions}. */
  public <V> FastWeightTables set(ConfigOption<V> option, V value) {
    options.add(new OptionSetting<>(option, value));
    return this;
  }

  /** The operator's name in the job graph. */
  public FastWeightTables name(String value) {
    name = value;
    return this;
  }

  /** The operator's uid, to which a savepoint's memories belong. */
  public FastWeightTables uid(String value) {
    uid = value;
    return this;
  }

  /**
   * Adds the columns {@code anomaly} and {@code is_anomaly}, as {@link
   * FastWeightStream#anomalies()} has them. Both are NULL for an ask and a refused row.
   */
  public FastWeightTables anomalies() {
    rated = true;
    return this;
  }

  /**
   * Adds the operator to the environment's pipeline.
   *
   * @throws IllegalArgumentException if a column is missing or of a type that does not fit, or an
   *     option is out of its range
   * @throws org.apache.flink.table.api.ValidationException if the table has updates or deletes
   */
  public Table predict() {
    TableEvents events = events();
    int time = onTime == null ? -1 : column("onTime", onTime);
    KeyedStream<Row, Row> keyed = keyed();
    requireTime(keyed.getExecutionEnvironment().getConfiguration());
    RowReader reader = events.reader().withTime(time);
    FastWeights<Row> builder =
        FastWeights.on(keyed).schema(events.schema(), reader).weights(events.weights()).name(name);
    options.forEach(option -> option.on(builder));
    if (uid != null) {
      builder.uid(uid);
    }
    return table(builder.build(), new PredictionColumns(events.schema().target(), rated));
  }

  /** The only time of a row is that of its column. */
  private void requireTime(ReadableConfig job) {
    for (ConfigOption<Duration> option :
        List.of(FastWeightOptions.TTL, FastWeightOptions.HALF_LIFE)) {
      Duration value = job.get(option);
      for (OptionSetting<?> setting : options) {
        value = setting.option().equals(option) ? (Duration) setting.value() : value;
      }
      if (onTime == null && !value.isZero()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "onTime: not given; %s is %s, and counts by the times of the rows",
                option.key(),
                value));
      }
    }
  }

  private TableEvents events() {
    List<TableEvents.Column> columns =
        fields.stream()
            .map(f -> new TableEvents.Column(f.getName(), f.getDataType().getLogicalType()))
            .toList();
    String json = schema == null ? null : SchemaJson.write(schema);
    return TableEvents.of(columns, target, features, weights, json, onTime != null);
  }

  private KeyedStream<Row, Row> keyed() {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("partitionBy: no columns, must have at least one");
    }
    int[] places = keys.stream().mapToInt(key -> column("partitionBy", key)).toArray();
    List<DataTypes.Field> keyFields = new ArrayList<>();
    for (int place : places) {
      keyFields.add(plain(fields.get(place)));
    }
    return tables
        .toDataStream(input)
        .keyBy(
            row -> {
              Row key = new Row(places.length);
              for (int i = 0; i < places.length; i++) {
                key.setField(i, row.getField(places[i]));
              }
              return key;
            },
            ExternalTypeInfo.of(DataTypes.ROW(keyFields).notNull()));
  }

  private Table table(FastWeightStream<Row> answers, PredictionColumns columns) {
    int width = fields.size();
    ExternalTypeInfo<Row> type = ExternalTypeInfo.of(outputType(columns));
    DataStream<Row> predictions =
        (rated
                ? answers.anomalies().map(a -> row(a, width, columns))
                : answers.predictions().map(p -> row(p, width, columns)))
            .returns(type)
            .name("rows of predictions");
    DataStream<Row> refused =
        answers
            .malformed()
            .map(
                m -> {
                  Row row = widened(m.event(), width, columns);
                  columns.refuse(m.reason(), row, width);
                  return row;
                })
            .returns(type)
            .name("rows refused");
    DataStream<Row> rows = predictions.union(refused);
    return hasTimeAttribute()
        ? tables.fromDataStream(
            rows,
            org.apache.flink.table.api.Schema.newBuilder()
                .columnByMetadata("rowtime", DataTypes.TIMESTAMP_LTZ(3))
                .watermark("rowtime", "SOURCE_WATERMARK()")
                .build())
        : tables.fromDataStream(rows);
  }

  private static Row row(Prediction<Row> p, int width, PredictionColumns columns) {
    Row row = widened(p.event(), width, columns);
    columns.write(p.values(), p.recallError(), p.observed(), row, width);
    return row;
  }

  private static Row row(Anomaly<Row> a, int width, PredictionColumns columns) {
    Row row = row(a.prediction(), width, columns);
    columns.rate(a.anomaly(), a.isAnomaly(), row, width);
    return row;
  }

  private static Row widened(Row row, int width, PredictionColumns columns) {
    Row wide = new Row(width + columns.size());
    for (int i = 0; i < width; i++) {
      wide.setField(i, row.getField(i));
    }
    return wide;
  }

  /** A duplicate name gets the first free number as suffix, as in the planner. */
  private DataType outputType(PredictionColumns columns) {
    List<DataTypes.Field> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    fields.forEach(field -> all.add(plain(field)));
    all.forEach(field -> names.add(field.getName()));
    for (DataTypes.Field field : columns.fields()) {
      String unique = field.getName();
      for (int number = 0; !names.add(unique); number++) {
        unique = field.getName() + number;
      }
      all.add(DataTypes.FIELD(unique, field.getDataType()));
    }
    return DataTypes.ROW(all).notNull();
  }

  /** A time attribute becomes a plain timestamp. */
  private static DataTypes.Field plain(DataTypes.Field field) {
    return DataTypes.FIELD(field.getName(), DataTypeUtils.removeTimeAttribute(field.getDataType()));
  }

  private boolean hasTimeAttribute() {
    return onTime != null
        && LogicalTypeChecks.isRowtimeAttribute(
            fields.get(column("onTime", onTime)).getDataType().getLogicalType());
  }

  private int column(String argument, String column) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).getName().equals(column)) {
        checkTime(argument, fields.get(i));
        return i;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s: the table has no column %s; it has %s",
            argument,
            column,
            fields.stream().map(DataTypes.Field::getName).toList()));
  }

  private static void checkTime(String argument, DataTypes.Field field) {
    LogicalType type = field.getDataType().getLogicalType();
    if (argument.equals("onTime")
        && !type.isAnyOf(
            LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE,
            LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "onTime: column %s of type %s must be TIMESTAMP or TIMESTAMP_LTZ",
              field.getName(),
              type));
    }
  }
}
