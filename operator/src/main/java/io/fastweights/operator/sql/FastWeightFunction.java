package io.fastweights.operator.sql;

import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.StateTypeStrategy;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;

/**
 * A memory that learns, for each partition of a table, in Flink SQL:
 *
 * <pre>{@code
 * CREATE TEMPORARY SYSTEM FUNCTION FAST_WEIGHTS
 *   AS 'io.fastweights.operator.sql.FastWeightFunction';
 *
 * SELECT * FROM FAST_WEIGHTS(
 *   input    => TABLE flights PARTITION BY origin,
 *   target   => DESCRIPTOR(late),
 *   features => DESCRIPTOR(destination, carrier),
 *   on_time  => DESCRIPTOR(departure),
 *   ttl      => '90 d');
 * }</pre>
 *
 * Arguments: {@code input}, partitioned; {@code target} and {@code features}, the columns of an
 * associative memory, or of the fields of {@code schema} (JSON) or of {@code weights} (the path of
 * a weights file); {@code ttl}, the time to live of a memory after its last observed event; {@code
 * options}, a map of those of {@link io.fastweights.operator.api.FastWeightOptions} that apply;
 * {@code anomalies}, TRUE for ratings of errors. All but the input are constants. A row whose
 * target is NULL is an ask, any other an observe.
 *
 * <p>All columns of the input pass through, followed by those of {@link PredictionColumns}. The
 * engine processes rows one by one, and every observed one is written to state at once: for
 * memories beyond some 64 KiB see {@link FastWeightTables}.
 */
@PublicEvolving
public class FastWeightFunction extends ProcessTableFunction<Row> implements SpecializedFunction {
  private static final long serialVersionUID = 1L;

  /**
   * @throws IllegalStateException always: the planner creates the runtime function by {@code
   *     specialize}
   */
  public void eval(
      Context context,
      ListView<byte[]> base,
      ListView<byte[]> log,
      ListView<byte[]> errors,
      Row input,
      ColumnList target,
      ColumnList features,
      String weights,
      String schema,
      String ttl,
      Map<String, String> options,
      Boolean anomalies)
      throws Exception {
    throw new IllegalStateException("the function was not planned");
  }

  @Override
  public UserDefinedFunction specialize(SpecializedContext context) {
    return checked(
        context.getCallContext(),
        context.getConfiguration(),
        call -> new PlannedFunction(call, context.getConfiguration()));
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    LinkedHashMap<String, StateTypeStrategy> states = new LinkedHashMap<>();
    states.put(StoredNames.SQL_BASE, new Entries());
    states.put(StoredNames.SQL_LOG, new Entries());
    states.put(StoredNames.SQL_ERRORS, new Entries());
    return TypeInference.newBuilder()
        .staticArguments(FunctionCall.arguments())
        .inputTypeStrategy(new Arguments())
        .stateTypeStrategies(states)
        .outputTypeStrategy(
            call -> Optional.of(DataTypes.ROW(of(call).columns().fields()).notNull()))
        .build();
  }

  private static FunctionCall of(CallContext context) {
    return checked(context, ProcessConfiguration.OPTIONS, call -> call);
  }

  /** Reports invalid arguments as the planner's {@link ValidationException}. */
  private static <R> R checked(
      CallContext context, ReadableConfig limits, Function<FunctionCall, R> use) {
    try {
      return use.apply(FunctionCall.of(context, limits));
    } catch (IllegalArgumentException e) {
      throw new ValidationException("Argument " + e.getMessage(), e);
    }
  }

  /**
   * Options from Flink's configuration folder, if there is one. The planner gives no access to the
   * session during validation; and a session must not widen what the cluster's operator allows.
   */
  private static final class ProcessConfiguration {
    static final Configuration OPTIONS = GlobalConfiguration.loadConfiguration();
  }

  /** Checks everything that can be known before a job runs. */
  private static final class Arguments implements InputTypeStrategy {
    @Override
    public ArgumentCount getArgumentCount() {
      return ConstantArgumentCount.any();
    }

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext context, boolean throwOnFailure) {
      try {
        checked(context, ProcessConfiguration.OPTIONS, call -> call.plan(new Configuration()));
      } catch (ValidationException e) {
        return context.fail(throwOnFailure, "%s", e.getMessage());
      }
      return Optional.of(context.getArgumentDataTypes());
    }

    @Override
    public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
      return List.of(
          Signature.of(
              FunctionCall.arguments().stream()
                  .map(argument -> Signature.Argument.of(argument.toString()))
                  .toArray(Signature.Argument[]::new)));
    }
  }

  /** A list of entries that live twice as long as a memory; see {@link RowMemories}. */
  private static final class Entries implements StateTypeStrategy {
    @Override
    public Optional<DataType> inferType(CallContext context) {
      return Optional.of(ListView.newListViewDataType(DataTypes.BYTES()));
    }

    @Override
    public Optional<Duration> getTimeToLive(CallContext context) {
      return Optional.of(of(context).timeToLive().multipliedBy(2));
    }
  }
}
