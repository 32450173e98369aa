package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.scoring.Beside;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Scores a job's predictions by the labels of its events, each predicted before it was learned,
 * beside baselines for the same events. The totals are {@link QualityTotals}.
 */
public final class Prequential {
  /** Accumulator of labelled events without a ranking: they brought no candidates. */
  public static final String UNRANKED = KeyRankings.UNRANKED;

  private final Schema schema;
  private final List<String> columns;
  private final Layout layout;
  private final long from;
  private final List<String> catalogue;

  private Prequential(Schema schema, EventSource source, long from, List<String> catalogue) {
    this.catalogue = catalogue;
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
    return of(schema, source, from, null);
  }

  /**
   * The same with a catalogue of items.
   *
   * @param catalogue ids that are ranked for events without candidates; null for none
   */
  public static Prequential of(
      Schema schema, EventSource source, long from, List<String> catalogue) {
    return schema.target() == null ? null : new Prequential(schema, source, from, catalogue);
  }

  /** The events with the guesses of the baselines that all keys share. */
  public DataStream<Event> guessed(DataStream<Event> events) {
    if (layout.shared() == 0) {
      return events;
    }
    boolean isItem = layout.kind() == Quality.Kind.ITEM;
    String name = isItem ? "item-popularity" : "shared-averages";
    return events
        .map(
            isItem
                ? new ItemPopularity(
                    schema,
                    columns,
                    catalogue,
                    items(events.getExecutionEnvironment().getConfiguration()))
                : new SharedAverages(layout, schema, columns))
        .returns(TypeInformation.of(Event.class))
        .name(name)
        .uid(name)
        .setParallelism(1);
  }

  private static int items(ReadableConfig options) {
    return options.get(FastWeightOptions.RANKING_SIZE);
  }

  /**
   * The baselines of each key, and the totals.
   *
   * @param options of the job
   */
  public Beside<Event> beside(ReadableConfig options) {
    return layout.kind() == Quality.Kind.ITEM
        ? new KeyRankings(layout, from, schema, columns, catalogue, items(options))
        : new KeyBaselines(layout, from);
  }
}
