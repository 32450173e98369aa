package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.metrics.FlushReason;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Fading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The whole path of a batch: keys to slots, events to segments, one step of the engine, answers in
 * the order of arrival.
 *
 * <p>If the engine supports several batches in flight, the task collects and fills the next one
 * while a device or another thread steps the previous ones. A key may be in all of them: filling a
 * batch updates its lag, completing the batch updates its log.
 */
final class BatchRunner<T> {
  private final EventModel model;
  private final Engine engine;
  private final HotMemory memory;
  private final KeyExpiry expiry;
  private final Fading fading;
  private final EventOrder order;
  private final Output<T> output;
  private final HotKey[] found;
  private final HotKey[] hotKeys;
  private final int[] starts;
  private final int[] bySegment;

  /** A ring: the batches in flight, oldest first, then the one that collects events. */
  private final List<InFlightBatch<T>> flights = new ArrayList<>();

  private int oldest;
  private int inFlight;
  private long submitted;

  /** Receiver of the results. */
  interface Output<T> {
    /**
     * @param embedding null if not configured
     */
    void predicted(Pending<T> event, float[] values, float recallError, float[] embedding);

    void refused(Pending<T> event);

    /** An event {@linkplain Overflow overflowed}; its refusal has the reason. */
    void overflowed(Pending<T> event);

    /**
     * The engine has finished a batch in flight: the task must {@linkplain #completeUntil complete}
     * it. Called by any thread.
     *
     * @param number of the batch
     */
    void stepped(BatchRunner<T> runner, long number);

    /** Every event of a batch has been answered or refused. */
    void answered(FlushReason reason, int events, long nanos);
  }

  BatchRunner(
      EventModel model,
      Engine engine,
      HotMemory memory,
      KeyExpiry expiry,
      Fading fading,
      EventOrder order,
      int batchSize,
      boolean embeddings,
      Output<T> output) {
    this.model = model;
    this.engine = engine;
    this.memory = memory;
    this.expiry = expiry;
    this.fading = fading;
    this.order = order;
    this.output = output;
    for (int i = 0; i < Math.max(1, engine.mostInFlight()); i++) {
      flights.add(new InFlightBatch<>(model.model(), batchSize, embeddings));
    }
    this.found = new HotKey[batchSize];
    this.hotKeys = new HotKey[batchSize];
    this.starts = new int[batchSize + 1];
    this.bySegment = new int[batchSize];
  }

  /** Takes the events of the next step. */
  Batcher<T> collecting() {
    return flights.get((oldest + inFlight) % flights.size()).events;
  }

  /** The events that have waited longest for their results; empty if none waits. */
  Batcher<T> longestWaiting() {
    return flights.get(oldest).events;
  }

  /**
   * Executes the collected events. The engine queues them after the batches in flight and completes
   * the oldest ones, until another batch may follow. Unless the reason is a full batch, the events
   * are executed synchronously.
   */
  void step(FlushReason reason) throws Exception {
    long begin = System.nanoTime();
    InFlightBatch<T> flight = flights.get((oldest + inFlight) % flights.size());
    int segments = findSlots(flight.events);
    sortBySegment(flight.events, segments);
    fill(flight);
    Arrays.fill(hotKeys, 0, segments, null);
    flight.reason = reason;
    flight.handedOver = reason == FlushReason.SIZE;
    flight.nanos = System.nanoTime() - begin;
    if (!flight.handedOver) {
      // The completion of earlier batches does not count as time of this one.
      completeAll();
    }
    begin = System.nanoTime();
    long number = ++submitted;
    if (flight.handedOver) {
      engine.submit(flight.batch, () -> output.stepped(this, number));
    } else {
      engine.step(flight.batch);
    }
    inFlight++;
    flight.nanos += System.nanoTime() - begin;
    while (inFlight == flights.size()) {
      completeOldest();
    }
  }

  /** Completes all batches in flight. */
  void completeAll() throws Exception {
    while (inFlight > 0) {
      completeOldest();
    }
  }

  /** Completes the batches up to one that the engine has finished. */
  void completeUntil(long number) throws Exception {
    while (submitted - inFlight < number) {
      completeOldest();
    }
  }

  private void completeOldest() throws Exception {
    long begin = System.nanoTime();
    InFlightBatch<T> flight = flights.get(oldest);
    if (flight.handedOver) {
      engine.complete(flight.batch);
    }
    memory.completed();
    log(flight);
    answer(flight);
    flight.nanos += System.nanoTime() - begin;
    memory.saveExcess();
    output.answered(flight.reason, flight.events.size(), flight.nanos);
    flight.events.clear();
    oldest = (oldest + 1) % flights.size();
    inFlight--;
  }

  /** Assigns a segment to every event, and a slot to every segment. */
  private int findSlots(Batcher<T> events) throws Exception {
    memory.beginBatch();
    // Together, and not as each event comes: lookups that wait for memory overlap.
    for (int i = 0; i < events.size(); i++) {
      found[i] = hot(events.get(i).key);
    }
    memory.loadMissed();
    int segments = 0;
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(i);
      // An earlier event in the batch may have reset the key.
      HotKey hot = found[i].gone ? memory.peek(event.key) : found[i];
      event.refusal = refusal(event.event, hot);
      if (event.refusal == null) {
        hot = alive(hot, event.event);
        event.fade = fading.between(hot.learned, event.event.timestamp());
        learn(hot, event.event);
      }
      if (!memory.inBatch(hot)) {
        memory.pin(hot, segments);
        hotKeys[segments++] = hot;
      }
      event.segment = hot.segment;
    }
    Arrays.fill(found, 0, events.size(), null);
    return segments;
  }

  /** A key in a slot; if none is free, batches in flight must complete first. */
  private HotKey hot(Object key) throws Exception {
    HotKey hot = memory.get(key);
    if (hot == null) {
      completeAll();
      hot = memory.get(key);
    }
    return hot;
  }

  /** The memory for an event: that of its key, or an empty one if the key has expired. */
  private HotKey alive(HotKey hot, EncodedEvent event) throws Exception {
    HotKey met = hot;
    if (expiry.isDead(hot, event.timestamp())) {
      met = empty(hot, event.observe());
      if (met == null) {
        completeAll();
        met = empty(hot, event.observe());
      }
      if (event.observe()) {
        expiry.reborn();
      }
    }
    return met;
  }

  private void learn(HotKey hot, EncodedEvent event) throws Exception {
    if (event.observe()) {
      hot.learned = event.timestamp();
      expiry.watch(hot);
    }
  }

  private HotKey empty(HotKey dead, boolean observe) throws Exception {
    return observe ? memory.renew(dead) : memory.zero();
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

  private void fill(InFlightBatch<T> flight) {
    Batcher<T> events = flight.events;
    EventBatch batch = flight.batch;
    batch.clear();
    for (int i = 0; i < events.size(); i++) {
      Pending<T> event = events.get(bySegment[i]);
      HotKey hot = hotKeys[event.segment];
      event.row = -1;
      if (event.refusal == null) {
        boolean begun = batch.segments() > 0 && batch.slot(batch.segments() - 1) == hot.slot;
        if (!begun) {
          flight.keys[batch.segments()] = hot;
          batch.segment(hot.slot, hot.fresh, hot.events);
          hot.fresh = false;
        }
        event.row = batch.add(event.event.observe(), event.fade);
        event.event = model.standardised(event.event, hot.lag);
        model.write(event.event, hot.lag, batch.inputs(), batch.targets(), event.row);
        event.seen = hot.events;
        if (event.event.observe()) {
          hot.observed(event.event);
        }
      }
    }
  }

  /** Logs the batch's observed events for the state. */
  private void log(InFlightBatch<T> flight) {
    EventBatch batch = flight.batch;
    for (int s = 0; s < batch.segments(); s++) {
      HotKey hot = flight.keys[s];
      for (int row = batch.start(s); row < batch.end(s); row++) {
        if (batch.observes(row)) {
          memory.learned(hot, batch, row);
        }
      }
      flight.keys[s] = null;
    }
  }

  private String refusal(EncodedEvent event, HotKey hot) {
    return event.timestamp() < hot.learned && order == EventOrder.REFUSE
        ? "time is "
            + Instant.ofEpochMilli(event.timestamp())
            + ", before the last observed event of its key at "
            + Instant.ofEpochMilli(hot.learned)
        : null;
  }

  private void answer(InFlightBatch<T> flight) {
    EventBatch batch = flight.batch;
    for (int i = 0; i < flight.events.size(); i++) {
      Pending<T> event = flight.events.get(i);
      if (event.row < 0) {
        output.refused(event);
        continue;
      }
      event.refusal = Overflow.reason(batch, event.row, model.model().outputDim());
      float[] values = model.predict(event.event, batch.outputs(), event.row);
      model.settle(event.event, batch.outputs(), event.row);
      if (event.refusal != null) {
        output.overflowed(event);
      } else {
        output.predicted(
            event,
            values,
            batch.recallErrors()[event.row],
            batch.wantsHidden() ? embedding(batch, event.row) : null);
      }
    }
  }

  private float[] embedding(EventBatch batch, int row) {
    int dim = model.model().hiddenDim();
    return Arrays.copyOfRange(batch.hidden(), row * dim, (row + 1) * dim);
  }
}
