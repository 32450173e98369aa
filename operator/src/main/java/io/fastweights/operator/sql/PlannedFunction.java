package io.fastweights.operator.sql;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.runtime.EventStepper;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;

/** The {@link FastWeightFunction} at runtime, with the arguments of its call. */
@Internal
public final class PlannedFunction extends FastWeightFunction {
  private static final long serialVersionUID = 1L;

  private final EventStepper.Plan plan;
  private final RowReader reader;
  private final PredictionColumns columns;
  private final double foldThreshold;
  private final long timeToLive;
  private final boolean rated;
  private final boolean number;
  private final double falseAlarmRate;

  private transient EventStepper stepper;
  private transient RowMemories memories;
  private transient RowErrors errors;
  private transient RawEvent rawEvent;
  private transient int[] keyColumns;

  PlannedFunction(FunctionCall call, ReadableConfig session) {
    plan = call.plan(session);
    reader = call.events().reader();
    columns = call.columns();
    ReadableConfig options = call.allOptions(session);
    foldThreshold = options.get(FastWeightOptions.FOLD_THRESHOLD);
    rated = call.rated();
    falseAlarmRate = options.get(FastWeightOptions.FALSE_ALARM_RATE);
    number = call.events().schema().target() instanceof Target.Number;
    timeToLive = call.timeToLive().toMillis();
  }

  @Override
  public void open(FunctionContext context) throws Exception {
    super.open(context);
    stepper = plan.open(context.getMetricGroup());
    memories = new RowMemories(stepper, foldThreshold, timeToLive);
    errors = rated ? new RowErrors(number, falseAlarmRate) : null;
    rawEvent = stepper.newEvent();
  }

  /** Processes one row; the planner has evaluated the arguments after the input. */
  @Override
  public void eval(
      Context context,
      ListView<byte[]> base,
      ListView<byte[]> log,
      ListView<byte[]> statistics,
      Row input,
      ColumnList target,
      ColumnList features,
      String weights,
      String schema,
      String ttl,
      Map<String, String> options,
      Boolean anomalies)
      throws Exception {
    Row output = new Row(columns.size());
    try {
      EncodedEvent event = read(context, input);
      long now = System.currentTimeMillis();
      RowMemories.KeySlot key = memories.get(key(context, input), base, log, now);
      stepper.checkOrder(event, key.lag);
      event = stepper.standardised(event, key.lag);
      float[] values = stepper.step(key.slot, key.fresh, event, key.lag);
      key.fresh = false;
      boolean first = key.hasLearnedNothing();
      if (event.observe()) {
        memories.learned(key, event, base, log, now);
      }
      stepper.checkRange();
      columns.write(values, stepper.recallError(), event.observe(), output, 0);
      if (rated && event.observe()) {
        double anomaly =
            errors.rate(statistics, first, values, stepper.target(event), stepper.recallError());
        columns.rate(anomaly, errors.isAlarm(), output, 0);
      }
    } catch (MalformedEventException e) {
      columns.refuse(e.getMessage(), output, 0);
    }
    collect(output);
  }

  private EncodedEvent read(Context context, Row input) throws MalformedEventException {
    rawEvent.clear();
    Long time = context.timeContext(Long.class).time();
    if (time != null) {
      rawEvent.timestamp(time);
    }
    reader.read(input, rawEvent);
    return stepper.encode(rawEvent);
  }

  private Row key(Context context, Row input) {
    if (keyColumns == null) {
      keyColumns = context.tableSemanticsFor("input").partitionByColumns();
    }
    Row key = new Row(keyColumns.length);
    for (int i = 0; i < keyColumns.length; i++) {
      key.setField(i, input.getField(keyColumns[i]));
    }
    return key;
  }

  @Override
  public void close() throws Exception {
    if (stepper != null) {
      stepper.close();
    }
    super.close();
  }
}
