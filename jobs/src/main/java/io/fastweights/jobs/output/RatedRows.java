package io.fastweights.jobs.output;

import io.fastweights.jobs.events.Event;
import io.fastweights.operator.api.Anomaly;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Predictions with the ratings of their errors as rows. Counts as {@link PredictionRows} does. */
final class RatedRows extends RichMapFunction<Anomaly<Event>, String> {
  private static final long serialVersionUID = 1L;

  private final PredictionRows rows;

  RatedRows(PredictionRows rows) {
    this.rows = rows;
  }

  @Override
  public void open(OpenContext context) {
    rows.setRuntimeContext(getRuntimeContext());
    rows.open(context);
  }

  @Override
  public String map(Anomaly<Event> answer) {
    return rows.counted(answer);
  }
}
