package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.items.Items;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.scoring.Beside;
import io.fastweights.operator.scoring.RankedItems;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * The baselines of each key where the target is an item, in keyed state: its last items, the last
 * first, and its most frequent ones. Scores them, the ranking that the event carries, and the
 * memories by the place of the item that was taken.
 */
final class KeyRankings implements Beside<Event> {
  /** Accumulator of labelled events without a ranking: they brought no candidates. */
  static final String UNRANKED = "events-unranked";

  private static final long serialVersionUID = 1L;

  private final Layout layout;
  private final long from;
  private final String schemaJson;
  private final EventFields reader;

  @SuppressWarnings("serial") // List.copyOf and Stream.toList make serializable lists.
  private final List<String> catalogue;

  private final int most;

  /** See {@link KeyItems}. */
  private transient ValueState<long[]> taken;

  private transient QualityState totals;
  private transient ItemEvents items;
  private transient ItemGuesses rankings;
  private transient ItemCatalogue known;
  private transient LongCounter unranked;

  /**
   * @param from events before this time are not scored; in milliseconds since 1970-01-01 UTC
   * @param catalogue null for none
   * @param most items of a ranking
   */
  KeyRankings(
      Layout layout,
      long from,
      Schema schema,
      List<String> columns,
      List<String> catalogue,
      int most) {
    this.layout = layout;
    this.from = from;
    this.schemaJson = SchemaJson.write(schema);
    this.reader = new EventFields(schema, columns);
    this.catalogue = catalogue;
    this.most = most;
  }

  @Override
  public void initialize(FunctionInitializationContext context, RuntimeContext runtime)
      throws Exception {
    taken =
        context
            .getKeyedStateStore()
            .getState(
                new ValueStateDescriptor<>(
                    "item-baselines", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    totals = new QualityState(layout, context, runtime);
    items = new ItemEvents(SchemaJson.parse(schemaJson), reader);
    rankings = new ItemGuesses(most);
    known = catalogue == null ? null : new ItemCatalogue(catalogue, most + KeyItems.MOST);
    unranked = runtime.getLongCounter(UNRANKED);
  }

  @Override
  public void snapshot() throws Exception {
    totals.snapshot();
  }

  @Override
  public void forget() {
    taken.clear();
  }

  @Override
  public double advantage() {
    return totals.advantage();
  }

  @Override
  public float[] guess(Prediction<Event> prediction) throws Exception {
    int width = rankings.width();
    float[] guesses = new float[layout.guesses() * width];
    int at = layout.shared() * width;
    if (at > 0) {
      System.arraycopy(prediction.event().guesses(), 0, guesses, 0, at);
    }
    long[] own = taken.value();
    long[] candidates = candidates(prediction.event(), own);
    if (candidates != null) {
      rankings.rank(candidates, KeyItems.recency(own), guesses, at);
      rankings.rank(candidates, KeyItems.counts(own), guesses, at + width);
    }
    return guesses;
  }

  private long[] candidates(Event event, long[] own) throws MalformedEventException {
    long[] candidates = items.candidates(event);
    return candidates == null && known != null ? known.with(KeyItems.hashes(own)) : candidates;
  }

  @Override
  public void score(Scored<Event> scored, float[] guesses) {
    if (scored.asked()) {
      totals.totals().answer();
    }
    if (scored.predictedAt() < from) {
      return;
    }
    if (scored.rank() == Ranking.NONE) {
      unranked.add(1L);
      return;
    }
    totals
        .totals()
        .add(
            scored.predictedAt(),
            new float[] {scored.rank()},
            ranks(guesses, items.taken(scored.event())),
            new float[] {1});
  }

  /** The rank of each baseline; none if the guesses were not stored. */
  private float[] ranks(float[] guesses, long hash) {
    if (guesses.length % layout.guesses() != 0 || guesses.length == 0) {
      return new float[0];
    }
    float[] ranks = new float[layout.guesses()];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = RankedItems.rank(guesses, i * (guesses.length / ranks.length), hash);
    }
    return ranks;
  }

  @Override
  public void learn(Prediction<Event> observed) throws Exception {
    taken.update(KeyItems.with(taken.value(), Items.hash(observed.ranking().taken())));
  }
}
