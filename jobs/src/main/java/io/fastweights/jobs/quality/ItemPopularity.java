package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.model.TopItems;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Gives each event the ranking of its candidates by how often all keys took them before. One
 * subtask sees the events in the order of their files, as in {@link SharedAverages}.
 */
final class ItemPopularity extends RichMapFunction<Event, Event> implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  private final String schemaJson;
  private final EventFields reader;

  @SuppressWarnings("serial") // List.copyOf and Stream.toList make serializable lists.
  private final List<String> catalogue;

  private final int most;

  private transient ItemEvents items;
  private transient ItemGuesses guesses;

  /** The most popular ones of the catalogue; null without one. Counts only grow. */
  private transient TopItems popular;

  private transient ItemCatalogue known;
  private transient Map<Long, Float> counts;
  private transient ListState<long[]> state;

  /**
   * @param catalogue null for none
   * @param most items of a ranking
   */
  ItemPopularity(Schema schema, List<String> columns, List<String> catalogue, int most) {
    this.schemaJson = SchemaJson.write(schema);
    this.reader = new EventFields(schema, columns);
    this.catalogue = catalogue;
    this.most = most;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "item-popularity", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    counts = new HashMap<>();
    for (long[] stored : state.get()) {
      for (int i = 0; i < stored.length; i += 2) {
        counts.put(stored[i], (float) stored[i + 1]);
      }
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    long[] stored = new long[2 * counts.size()];
    int at = 0;
    for (Map.Entry<Long, Float> count : counts.entrySet()) {
      stored[at++] = count.getKey();
      stored[at++] = count.getValue().longValue();
    }
    state.update(List.of(stored));
  }

  @Override
  public void open(OpenContext context) {
    items = new ItemEvents(SchemaJson.parse(schemaJson), reader);
    guesses = new ItemGuesses(most);
    known = catalogue == null ? null : new ItemCatalogue(catalogue, most);
    popular = new TopItems(most);
    if (known != null) {
      long[] counted = counts.keySet().stream().mapToLong(Long::longValue).toArray();
      for (long hash : known.with(counted)) {
        popular.add(counts.getOrDefault(hash, 0f), hash, 0);
      }
    }
  }

  @Override
  public Event map(Event event) {
    if (event.forgets()) {
      return event;
    }
    float[] ranked = new float[guesses.width()];
    try {
      long[] candidates = items.candidates(event);
      if (candidates == null && known != null) {
        candidates = Arrays.copyOf(popular.hashes(), popular.size());
      }
      if (candidates != null) {
        guesses.rank(candidates, counts, ranked, 0);
      }
    } catch (MalformedEventException e) {
      // The memories refuse it, too, and give the reason.
      return event;
    }
    if (items.isTaken(event)) {
      learn(items.taken(event));
    }
    return event.withGuesses(ranked);
  }

  private void learn(long hash) {
    counts.merge(hash, 1f, Float::sum);
    if (known != null && known.contains(hash)) {
      long[] ranked = Arrays.copyOf(popular.hashes(), popular.size());
      popular.clear();
      popular.add(counts.get(hash), hash, 0);
      for (long item : ranked) {
        if (item != hash) {
          popular.add(counts.getOrDefault(item, 0f), item, 0);
        }
      }
    }
  }
}
