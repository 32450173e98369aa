package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Fading;
import io.fastweights.operator.model.LiveModel;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.state.FastWeightStore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.configuration.Configuration;

/** The model that answers now, with its engine, its memories in state and those in the cache. */
final class ServedModel implements AutoCloseable {
  private final LiveModel live;
  private final KeyedStateStore keyedState;
  private final Configuration options;
  private TaskEngine engines;
  private Engine engine;
  private FastWeightStore store;
  private HotMemory memory;

  ServedModel(LiveModel live, KeyedStateStore keyedState, Configuration options) {
    this.live = live;
    this.keyedState = keyedState;
    this.options = options;
    this.store = newStore();
  }

  /**
   * Creates the engine and the cache.
   *
   * @param keyLength bytes of a key
   * @param currentKey sets the key of keyed state
   * @param time milliseconds of processing time
   */
  void open(
      TaskEngine engines,
      ToIntFunction<Object> keyLength,
      Consumer<Object> currentKey,
      LongSupplier time) {
    this.engines = engines;
    engine = engines.create(model().model());
    memory =
        new HotMemory(
            engine,
            engines.storage(),
            store,
            options.get(FastWeightOptions.FOLD_THRESHOLD),
            options.get(FastWeightOptions.UNSAVED_KEYS),
            keyLength,
            currentKey,
            time);
  }

  EventModel model() {
    return live.model();
  }

  FastWeightStore store() {
    return store;
  }

  HotMemory memory() {
    return memory;
  }

  <T> BatchRunner<T> newRunner(KeyExpiry expiry, BatchRunner.Output<T> output) {
    return new BatchRunner<>(
        model(),
        engine,
        memory,
        expiry,
        new Fading(options.get(FastWeightOptions.HALF_LIFE)),
        options.get(FastWeightOptions.ORDER),
        options.get(FastWeightOptions.BATCH_SIZE),
        options.get(FastWeightOptions.EMBEDDING),
        output);
  }

  /** True if other weights start from empty memories: their generation is another one. */
  boolean resets(CheckedWeights next) {
    return next.generation() != live.generation();
  }

  /**
   * Switches to other weights, between batches. Memories are saved by the old model and loaded by
   * the new one.
   *
   * @param reset true if the store was cleared: then nothing is saved
   */
  void refresh(CheckedWeights next, boolean reset) throws Exception {
    if (!reset) {
      memory.saveAll();
    }
    engine.close();
    live.refresh(next);
    store = reset ? newStore() : store;
    engine = engines.create(model().model());
    memory.moveTo(engine, store);
  }

  private FastWeightStore newStore() {
    EventModel model = model();
    return new FastWeightStore(
        keyedState,
        model.model().memory(),
        LogShape.of(model.model()),
        model.recipe(),
        model.schema(),
        live.generation());
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
    }
  }
}
