package io.fastweights.jobs.savepoint;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;

/** One key's memory of a savepoint, which answers and learns nothing. */
final class AskedMemory implements AutoCloseable {
  private final NamedMemory memory;
  private final EventModel events;
  private final Engine engine;
  private final EventBatch batch;
  private final EncodedEvent lag;

  /**
   * @param weights null for an associative memory
   * @param options of the job
   * @throws IllegalArgumentException if the memories are not of this model
   */
  AskedMemory(
      Schema schema,
      SlowWeights weights,
      Configuration options,
      MemorySavepoint savepoint,
      NamedMemory memory) {
    this.memory = memory;
    events = new ModelSpec(SchemaJson.write(schema), weights, 0).create(options);
    String stored = savepoint.recipe().toString();
    if (!stored.equals(events.recipe()) || !savepoint.shape().equals(events.model().memory())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the memories are of shape %s, %s; the schema and the weights give shape %s, %s",
              savepoint.shape(),
              stored,
              events.model().memory(),
              events.recipe()));
    }
    engine = EngineProvider.create(events.model(), EngineOptions.cpu(1));
    engine.pool().write(0, memory.weights(), 0);
    batch = new EventBatch(events.model(), 1);
    lag = memory.last();
  }

  /** Time of the key's last event, in milliseconds since 1970-01-01 UTC. */
  long lastEvent() {
    return memory.lastEvent();
  }

  RawEvent newEvent() {
    return events.newEvent();
  }

  /** The answer to an event, float[target dim]. */
  float[] answer(RawEvent event) throws MalformedEventException {
    batch.clear();
    batch.segment(0, false);
    batch.add(false);
    EncodedEvent asked = events.standardised(events.encode(event), lag);
    events.write(asked, lag, batch.inputs(), batch.targets(), 0);
    engine.step(batch);
    return events.predict(asked, batch.outputs(), 0);
  }

  @Override
  public void close() {
    engine.close();
  }
}
