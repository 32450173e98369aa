package io.fastweights.operator.sql;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.operator.api.AllowedPaths;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.runtime.EventStepper;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;
import org.apache.flink.util.TimeUtils;

/**
 * A call of {@code FAST_WEIGHTS} as the planner sees it. An invalid call throws an {@link
 * IllegalArgumentException} that begins with the argument's name.
 *
 * @param events mapping of rows to events
 * @param timed true if rows have a time: the call has {@code on_time}, or it is not known yet
 * @param timeToLive of a memory after its last observed event; 0 for no expiry
 * @param rated true if errors are rated
 */
record FunctionCall(
    TableEvents events,
    boolean timed,
    Duration timeToLive,
    Map<String, String> options,
    boolean rated) {
  private static final int INPUT = 0;
  private static final int TARGET = 1;
  private static final int FEATURES = 2;
  private static final int WEIGHTS = 3;
  private static final int SCHEMA = 4;
  private static final int TTL = 5;
  private static final int OPTIONS = 6;
  private static final int ANOMALIES = 7;

  /** The planner appends this argument to the function's own during validation. */
  private static final int ON_TIME = 8;

  static List<StaticArgument> arguments() {
    return List.of(
        StaticArgument.table(
            "input",
            Row.class,
            false,
            EnumSet.of(
                StaticArgumentTrait.SET_SEMANTIC_TABLE, StaticArgumentTrait.PASS_COLUMNS_THROUGH)),
        StaticArgument.scalar("target", DataTypes.DESCRIPTOR(), true),
        StaticArgument.scalar("features", DataTypes.DESCRIPTOR(), true),
        StaticArgument.scalar("weights", DataTypes.STRING(), true),
        StaticArgument.scalar("schema", DataTypes.STRING(), true),
        StaticArgument.scalar("ttl", DataTypes.STRING(), true),
        StaticArgument.scalar(
            "options", DataTypes.MAP(DataTypes.STRING(), DataTypes.STRING()), true),
        StaticArgument.scalar("anomalies", DataTypes.BOOLEAN(), true));
  }

  /**
   * @param limits options that say which weights may be read
   */
  static FunctionCall of(CallContext call, ReadableConfig limits) {
    List<DataType> types = call.getArgumentDataTypes();
    List<TableEvents.Column> columns =
        DataType.getFields(types.get(INPUT)).stream()
            .map(f -> new TableEvents.Column(f.getName(), f.getDataType().getLogicalType()))
            .toList();
    String path = text(call, WEIGHTS);
    SlowWeights weights = path == null ? null : WeightsAt.read(path, AllowedPaths.of(limits));
    boolean timed = types.size() <= ON_TIME || !call.isArgumentNull(ON_TIME);
    TableEvents events =
        TableEvents.of(columns, target(call), features(call), weights, text(call, SCHEMA), timed);
    return new FunctionCall(events, timed, timeToLive(call), options(call), rated(call, events));
  }

  private static boolean rated(CallContext call, TableEvents events) {
    boolean rated =
        given(call, ANOMALIES, Boolean.class)
            && call.getArgumentValue(ANOMALIES, Boolean.class).orElseThrow();
    if (rated && events.schema().target() == null) {
      throw new IllegalArgumentException("anomalies: TRUE, and the schema has no target");
    }
    return rated;
  }

  /** Columns behind those of the input. */
  PredictionColumns columns() {
    return new PredictionColumns(events.schema().target(), rated);
  }

  /**
   * Description from which a subtask creates its stepper.
   *
   * @param session options set for all queries
   * @throws IllegalArgumentException if an option is out of its range, or the weights do not fit
   *     the schema
   */
  EventStepper.Plan plan(ReadableConfig session) {
    Configuration all = allOptions(session);
    if (!timed && !all.get(FastWeightOptions.HALF_LIFE).isZero()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "on_time: not given; %s is %s, and memories fade by the times of the rows",
              FastWeightOptions.HALF_LIFE.key(),
              all.get(FastWeightOptions.HALF_LIFE)));
    }
    try {
      return new EventStepper.Plan(events.schema(), events.weights(), all);
    } catch (IllegalArgumentException e) {
      boolean option = e.getMessage().startsWith("fastweights.");
      throw new IllegalArgumentException((option ? "options: " : "schema: ") + e.getMessage(), e);
    }
  }

  /** The options of the call, the session and the defaults. */
  Configuration allOptions(ReadableConfig session) {
    return RowOptions.of(options, session);
  }

  private static String target(CallContext call) {
    List<String> names = columns(call, TARGET);
    if (names != null && names.size() != 1) {
      throw new IllegalArgumentException("target: " + names + ", must be one column");
    }
    return names == null ? null : names.get(0);
  }

  private static List<String> features(CallContext call) {
    return columns(call, FEATURES);
  }

  private static List<String> columns(CallContext call, int argument) {
    return given(call, argument, ColumnList.class) ? names(call, argument) : null;
  }

  private static List<String> names(CallContext call, int argument) {
    return call.getArgumentValue(argument, ColumnList.class).orElseThrow().getNames();
  }

  private static String text(CallContext call, int argument) {
    return given(call, argument, String.class)
        ? call.getArgumentValue(argument, String.class).orElseThrow()
        : null;
  }

  private static Duration timeToLive(CallContext call) {
    String text = text(call, TTL);
    if (text == null) {
      return Duration.ZERO;
    }
    try {
      return TimeUtils.parseDuration(text);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "ttl: '" + text + "' is no duration such as '30 d' or '12 h'", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> options(CallContext call) {
    return given(call, OPTIONS, Map.class)
        ? (Map<String, String>) call.getArgumentValue(OPTIONS, Map.class).orElseThrow()
        : Map.of();
  }

  private static boolean given(CallContext call, int argument, Class<?> type) {
    if (call.isArgumentNull(argument)) {
      return false;
    }
    if (call.getArgumentValue(argument, type).isEmpty()) {
      throw new IllegalArgumentException(
          arguments().get(argument).getName() + ": must be a constant");
    }
    return true;
  }
}
