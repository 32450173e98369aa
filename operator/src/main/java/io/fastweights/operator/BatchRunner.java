package io.fastweights.operator;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.FastWeightOptions.EventOrder;
import java.time.Instant;
import java.util.Arrays;

/**
 * The whole path of a batch: keys to slots, events to segments, one step of the engine, answers in
 * the order of arrival.
 */
final class BatchRunner<T> {
  private final EventModel model;
  private final Engine engine;
  private final HotMemory memory;
  private final KeyExpiry expiry;
  private final EventOrder order;
  private final Output<T> output;
  private final EventBatch batch;
  private final HotKey[] hotKeys;
  private final int[] starts;
  private final int[] bySegment;

  /** Where answers go. */
  interface Output<T> {
    void predicted(Pending<T> event, float[] values, float recallError);

    void refused(Pending<T> event);
  }

  BatchRunner(
      EventModel model,
      Engine engine,
      HotMemory memory,
      KeyExpiry expiry,
      EventOrder order,
      int batchSize,
      Output<T> output) {
    this.model = model;
    this.engine = engine;
    this.memory = memory;
    this.expiry = expiry;
    this.order = order;
    this.output = output;
    this.batch = new EventBatch(model.model(), batchSize);
    batch.want(false, true);
    this.hotKeys = new HotKey[batchSize];
    this.starts = new int[batchSize + 1];
    this.bySegment = new int[batchSize];
  }

  /** Steps the events and answers them. */
  void run(Batcher<T> events) throws Exception {
    int segments = findSlots(events);
    sortBySegment(events, segments);
    fill(events);
    engine.step(batch);
    log(events, segments);
    answer(events);
  }

  /** Gives every event a segment, every segment a slot. */
  private int findSlots(Batcher<T> events) throws Exception {
    memory.beginBatch();
    int segments = 0;
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(i);
      HotKey hot = memory.get(event.key);
      event.refusal = refusal(event.event, hot);
      if (event.refusal == null) {
        hot = alive(hot, event.event);
      }
      if (!memory.inBatch(hot)) {
        memory.pin(hot, segments);
        hotKeys[segments++] = hot;
      }
      event.segment = hot.segment;
    }
    return segments;
  }

  /** What an event meets: its key's memory, or if that is dead by then, an empty one. */
  private HotKey alive(HotKey hot, EncodedEvent event) throws Exception {
    HotKey met = hot;
    if (expiry.isDead(hot, event.timestamp())) {
      met = event.observe() ? memory.renew(hot) : memory.zero();
    }
    if (event.observe()) {
      if (met != hot) {
        expiry.reborn();
      }
      met.learned = event.timestamp();
      expiry.watch(met);
    }
    return met;
  }

  /** A counting sort: events of a segment together, in the order of their arrival. */
  private void sortBySegment(Batcher<T> events, int segments) {
    Arrays.fill(starts, 0, segments + 1, 0);
    for (int i = 0; i < events.size(); i++) {
      starts[events.get(i).segment + 1]++;
    }
    for (int s = 0; s < segments; s++) {
      starts[s + 1] += starts[s];
    }
    for (int i = 0; i < events.size(); i++) {
      bySegment[starts[events.get(i).segment]++] = i;
    }
  }

  private void fill(Batcher<T> events) {
    batch.clear();
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(bySegment[i]);
      HotKey hot = hotKeys[event.segment];
      event.row = -1;
      if (event.refusal == null) {
        boolean begun = batch.segments() > 0 && batch.slot(batch.segments() - 1) == hot.slot;
        if (!begun) {
          batch.segment(hot.slot, hot.fresh);
          hot.fresh = false;
        }
        event.row = batch.add(event.event.observe());
        model.write(event.event, hot.lag, batch.inputs(), batch.targets(), event.row);
        if (event.event.observe()) {
          hot.lag = event.event.asLag();
          hot.events++;
        }
      }
    }
  }

  /** What the memories learned, for the state. */
  private void log(Batcher<T> events, int segments) {
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(bySegment[i]);
      if (event.row >= 0 && batch.observes(event.row)) {
        hotKeys[event.segment].log.add(batch.keys(), batch.deltas(), event.row);
      }
    }
    Arrays.fill(hotKeys, 0, segments, null);
  }

  private String refusal(EncodedEvent event, HotKey hot) {
    return event.timestamp() < hot.learned && order == EventOrder.REFUSE
        ? "time is "
            + Instant.ofEpochMilli(event.timestamp())
            + ", before the last observed event of its key at "
            + Instant.ofEpochMilli(hot.learned)
        : null;
  }

  private void answer(Batcher<T> events) {
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(i);
      if (event.row < 0) {
        output.refused(event);
      } else {
        output.predicted(
            event, model.predict(batch.outputs(), event.row), batch.recallErrors()[event.row]);
      }
    }
  }
}
