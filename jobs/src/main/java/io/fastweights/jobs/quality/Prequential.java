package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.scoring.Beside;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Scores a job's predictions by the labels of its events, each predicted before it was learned,
 * beside baselines for the same events. The totals are {@link QualityTotals}.
 */
public final class Prequential {
  private final Schema schema;
  private final List<String> columns;
  private final Layout layout;
  private final long from;

  private Prequential(Schema schema, EventSource source, long from) {
    this.schema = schema;
    this.columns = source.columns();
    this.layout = Layout.of(schema, source.ordered());
    this.from = from;
  }

  /**
   * @param from predictions of events before this time are not scored; in milliseconds since
   *     1970-01-01 UTC
   * @return null if the schema has no target
   */
  public static Prequential of(Schema schema, EventSource source, long from) {
    return schema.target() == null ? null : new Prequential(schema, source, from);
  }

  /** The events with the guesses of the baselines that all keys share. */
  public DataStream<Event> guessed(DataStream<Event> events) {
    if (layout.shared() == 0) {
      return events;
    }
    return events
        .map(new SharedAverages(layout, schema, columns))
        .returns(TypeInformation.of(Event.class))
        .name("shared-averages")
        .uid("shared-averages")
        .setParallelism(1);
  }

  /** The baselines of each key, and the totals. */
  public Beside<Event> beside() {
    return new KeyBaselines(layout, from);
  }
}
