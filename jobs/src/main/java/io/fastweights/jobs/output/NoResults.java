package io.fastweights.jobs.output;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.operator.api.Prediction;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Counts the results of a job and keeps none. */
public final class NoResults implements ResultSink {
  /** Counts a prediction. */
  private static final class Count extends RichMapFunction<Prediction<Event>, Boolean> {
    private static final long serialVersionUID = 1L;
    private transient PredictionCounts counts;

    @Override
    public void open(OpenContext context) {
      counts = new PredictionCounts(getRuntimeContext());
    }

    @Override
    public Boolean map(Prediction<Event> prediction) {
      counts.add(prediction);
      return prediction.observed();
    }
  }

  @Override
  public RowFormat format() {
    return RowFormat.CSV;
  }

  @Override
  public void check() {
    // Nothing is written.
  }

  @Override
  public void write(EventPipeline results, PredictionRows rows, List<String> paths) {
    results
        .predictions()
        .map(new Count())
        .returns(Types.BOOLEAN)
        .name("predictions counted")
        .sinkTo(new DiscardingSink<>());
    results
        .rejected()
        .map(new RejectedRows(RowFormat.CSV, paths))
        .returns(Types.STRING)
        .name("malformed counted")
        .sinkTo(new DiscardingSink<>());
  }

  @Override
  public String place() {
    return "nowhere";
  }
}
