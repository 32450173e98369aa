package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import java.util.List;

/**
 * The memory of one airport, recomputed from its flights outside the job. An event's result depends
 * neither on batches nor on other keys: the bits equal those of the job.
 */
final class AirportMemory implements AutoCloseable {
  private final AssociativeMemory model;
  private final Engine engine;
  private final InputEncoder encoder;
  private final EventBatch batch;
  private final RawEvent event = DemoEvents.SCHEMA.newEvent();
  private boolean fresh = true;

  /** The last flight that has landed; null before the first. */
  private EncodedEvent lag;

  private AirportMemory() {
    model = DemoModel.associative();
    encoder = DemoModel.encoder();
    engine = EngineProvider.create(model, EngineOptions.cpu(1));
    batch = new EventBatch(model, 1);
  }

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
    DemoEvents.SCHEMA.settle(lag, batch.outputs(), 0);
  }

  /** The probability of being late that it gives to a flight. */
  float ask(String destination, int hour) {
    event.clear();
    event.ask();
    EncodedEvent asked = step(destination, hour);
    float[] probability = new float[1];
    DemoEvents.SCHEMA.predict(asked, batch.outputs(), 0, false, probability);
    return probability[0];
  }

  /** W of a head, float[rows][1] as rows of {@code columns} cells. */
  float[][] w(int head, int columns) {
    float[] all = new float[model.memory().floats()];
    engine.pool().read(0, all, 0);
    float[][] grid = new float[model.memory().headFloats() / columns][columns];
    for (int r = 0; r < grid.length; r++) {
      System.arraycopy(all, model.memory().offset(0, head) + r * columns, grid[r], 0, columns);
    }
    return grid;
  }

  float beta(int head) {
    return model.betas()[head];
  }

  private EncodedEvent step(String destination, int hour) {
    event.set(0, destination).set(1, Integer.toString(hour));
    batch.clear();
    batch.segment(0, fresh);
    fresh = false;
    batch.add(event.observes());
    EncodedEvent encoded;
    try {
      encoded = encoder.standardised(DemoEvents.SCHEMA.encode(event), lag);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(e);
    }
    encoder.encode(encoded, lag, batch.inputs(), 0);
    batch.targets()[0] = event.observes() ? encoded.target()[0] : Float.NaN;
    engine.step(batch);
    return encoded;
  }

  @Override
  public void close() {
    engine.close();
  }
}
