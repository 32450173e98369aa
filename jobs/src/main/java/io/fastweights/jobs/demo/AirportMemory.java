package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.model.EventModel;
import java.util.List;

/**
 * The memory of one airport, recomputed from its flights outside the job. An event's result depends
 * neither on batches nor on other keys: the bits equal those of the job.
 */
final class AirportMemory implements AutoCloseable {
  private final EventModel model = DemoModel.create();
  private final Engine engine = EngineProvider.create(model.model(), EngineOptions.cpu(1));
  private final EventBatch batch = new EventBatch(model.model(), 1);
  private final RawEvent event = model.newEvent();
  private boolean fresh = true;

  /** The last flight that has landed; null before the first. */
  private EncodedEvent lag;

  private AirportMemory() {}

  /** An empty memory. */
  static AirportMemory empty() {
    return new AirportMemory();
  }

  /** The memory of an airport when all its flights have landed. */
  static AirportMemory of(String airport, List<Flight> flights, Timeline timeline) {
    AirportMemory memory = empty();
    for (int e = 0; e < timeline.size(); e++) {
      Flight flight = flights.get(timeline.flight(e));
      if (!timeline.asks(e) && flight.origin().equals(airport)) {
        memory.observe(flight);
      }
    }
    return memory;
  }

  /** Learns from a flight that has landed. */
  void observe(Flight flight) {
    event.clear();
    event.target(flight.late() ? 1 : 0);
    lag = step(flight.destination(), flight.hour());
    model.settle(lag, batch.outputs(), 0);
  }

  /** The probability of being late that it gives to a flight. */
  float ask(String destination, int hour) {
    event.clear();
    event.ask();
    EncodedEvent asked = step(destination, hour);
    return model.predict(asked, batch.outputs(), 0)[0];
  }

  /** W of a head, float[rows][1] as rows of {@code columns} cells. */
  float[][] w(int head, int columns) {
    MemoryShape shape = engine.pool().shape();
    float[] all = new float[shape.floats()];
    engine.pool().read(0, all, 0);
    float[][] grid = new float[shape.headFloats() / columns][columns];
    for (int r = 0; r < grid.length; r++) {
      System.arraycopy(all, shape.offset(0, head) + r * columns, grid[r], 0, columns);
    }
    return grid;
  }

  float beta(int head) {
    return ((AssociativeMemory) model.model()).betas()[head];
  }

  private EncodedEvent step(String destination, int hour) {
    event.set(0, destination).set(1, Integer.toString(hour));
    batch.clear();
    batch.segment(0, fresh);
    fresh = false;
    batch.add(event.observes());
    EncodedEvent encoded;
    try {
      encoded = model.standardised(model.encode(event), lag);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(e);
    }
    model.write(encoded, lag, batch.inputs(), batch.targets(), 0);
    engine.step(batch);
    return encoded;
  }

  @Override
  public void close() {
    engine.close();
  }
}
