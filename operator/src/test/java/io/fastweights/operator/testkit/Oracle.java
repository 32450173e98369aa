package io.fastweights.operator.testkit;

import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Ranker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Expected results of the operator, bit for bit: the reference model, one event at a time, with a
 * plain map of memories.
 */
public final class Oracle {
  private Model model;
  private final Schema schema;
  private InputEncoder inputs;
  private final EventReader<Trip> reader;
  private Storage storage = Storage.FP32;
  private boolean nearest;
  private long ttl = Long.MAX_VALUE;
  private long halfLife;
  private final Map<String, float[]> memories = new HashMap<>();
  private final Map<String, EncodedEvent> lags = new HashMap<>();
  private final Map<String, Long> learned = new HashMap<>();
  private float[] hidden;
  private int overflows;

  /**
   * @param schema null where events are vectors
   * @param inputs null where events are vectors
   */
  public Oracle(Model model, Schema schema, InputEncoder inputs, EventReader<Trip> reader) {
    this.model = model;
    this.schema = schema;
    this.inputs = inputs;
    this.reader = reader;
  }

  /** Sets the storage of memories from now on; bf16 memories are rounded before use. */
  public Oracle storage(Storage value) {
    storage = value;
    return this;
  }

  /** Rounds memories in bf16 to the nearest, as releases before format 8 did, while it is on. */
  public Oracle nearest(boolean on) {
    nearest = on;
    return this;
  }

  /**
   * Sets the ttl from now on: a key that has not learned for more milliseconds than that is reset;
   * {@link Long#MAX_VALUE} for none.
   */
  public Oracle ttl(long millis) {
    ttl = millis;
    return this;
  }

  /** Sets the half-life of memories from now on, in milliseconds; 0 for no decay. */
  public Oracle halfLife(long millis) {
    halfLife = millis;
    return this;
  }

  /** Switches to other weights; keeps the memories if they have the same shape. */
  public Oracle refresh(SlowWeights weights) {
    if (!SlowModel.of(weights).memory().equals(model.memory())) {
      memories.clear();
      lags.clear();
      learned.clear();
    }
    model = SlowModel.of(weights);
    inputs = schema == null ? null : weights.inputs(schema);
    return this;
  }

  /** An associative memory learns with other betas from now on. */
  public Oracle betas(float... betas) {
    AssociativeMemory before = (AssociativeMemory) model;
    model =
        new AssociativeMemory(
            before.keyDim(),
            before.nu(),
            before.targetDim(),
            betas,
            before.normalisation(),
            before.updateRule());
    return this;
  }

  /** Removes the keys that have expired by a time. */
  public Oracle purge(long time) {
    lags.values().removeIf(lag -> ttl < Long.MAX_VALUE && lag.timestamp() + ttl <= time);
    return this;
  }

  public Model model() {
    return model;
  }

  public List<String> answers(List<Trip> trips) {
    return trips.stream().map(this::answer).toList();
  }

  /** The keys that have observed something, with their memories. */
  public Map<String, float[]> memories() {
    Map<String, float[]> living = new HashMap<>(memories);
    living.keySet().retainAll(lags.keySet());
    return living;
  }

  /** The keys whose memories are none, and were some before. */
  public Set<String> emptied() {
    Set<String> emptied = new HashSet<>(memories.keySet());
    emptied.removeAll(lags.keySet());
    return emptied;
  }

  /** Number of events that a key has learned since its last expiry. */
  public long learned(String key) {
    return lags.containsKey(key) ? learned.get(key) : 0;
  }

  public String answer(Trip trip) {
    Prediction<Trip> prediction = predict(trip);
    return prediction == null ? Answers.refusal(trip) : Answers.of(prediction);
  }

  /** Empties the memory of a trip's key; true if the trip says so. */
  public boolean forget(Trip trip) {
    RawEvent event = schema == null ? new RawEvent(0) : schema.newEvent();
    try {
      reader.read(trip, event);
    } catch (MalformedEventException | RuntimeException e) {
      return false;
    }
    if (event.forgets()) {
      lags.remove(trip.key);
    }
    return event.forgets();
  }

  /** Predicts a trip, then learns it; null if it is refused. */
  public Prediction<Trip> predict(Trip trip) {
    EncodedEvent event;
    try {
      event = encode(trip);
    } catch (MalformedEventException | RuntimeException e) {
      return null;
    }
    EncodedEvent lag = lags.get(trip.key);
    if (lag != null && event.timestamp() < lag.timestamp()) {
      return null;
    }
    float[] memory = memories.get(trip.key);
    if (lag == null || event.timestamp() - lag.timestamp() > ttl) {
      memory = new float[model.memory().floats()];
      lag = null;
    }
    event = schema == null ? event : schema.standardised(event, lag);
    float[] input = event.vector();
    if (inputs != null) {
      input = new float[model.inputDim()];
      inputs.encode(event, lag, input, 0);
    }
    float[] target = model.targetDim() > 0 && event.observe() ? event.target() : null;
    memory = memory.clone();
    if (storage == Storage.BF16) {
      BrainFloat.round(memory, 0, memory.length);
    }
    long seen = lag == null ? 0 : learned.get(trip.key);
    long number = nearest ? LoggedEvents.UNNUMBERED : seen + 1;
    ReferenceModel.Step step =
        new ReferenceModel(model, storage)
            .step(input, target, memory, event.observe(), fade(lag, event), number);
    hidden = step.hidden();
    if (event.observe()) {
      memories.put(trip.key, memory);
      lags.put(trip.key, event);
      learned.put(trip.key, seen + 1);
    }
    float[] values = step.output();
    if (schema != null && schema.target() != null) {
      values = new float[schema.target().dim()];
      schema.predict(event, step.output(), 0, model instanceof SlowModel, values);
      schema.settle(event, step.output(), 0);
    }
    if (!finite(step.output()) || event.observe() && Float.isNaN(step.recallError())) {
      overflows++;
      return null;
    }
    return new Prediction<>(
        trip,
        event.timestamp(),
        event.observe(),
        values,
        step.recallError(),
        trip.label,
        null,
        null,
        0,
        seen,
        ranking(trip, values));
  }

  /** The candidates by their scores; null unless the target is an item. */
  private Ranking ranking(Trip trip, float[] values) {
    if (schema == null || !(schema.target() instanceof Target.Item item)) {
      return null;
    }
    RawEvent event = schema.newEvent();
    try {
      reader.read(trip, event);
      return new Ranker(item.size(), FastWeightOptions.RANKING_SIZE.defaultValue(), null)
          .rank(values, event.candidates(), event.observes() ? trip.outcome : null);
    } catch (MalformedEventException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** Number of events whose update or answer left the range of floats. */
  public int overflows() {
    return overflows;
  }

  private float fade(EncodedEvent lag, EncodedEvent event) {
    if (halfLife == 0 || lag == null) {
      return 1;
    }
    long steps =
        Math.floorDiv(16 * event.timestamp(), halfLife)
            - Math.floorDiv(16 * lag.timestamp(), halfLife);
    return (float) StrictMath.pow(2, -steps / 16.0);
  }

  /** The model as the operator sees it. */
  public EventModel eventModel() {
    return new EventModel(model, schema, inputs, "test");
  }

  /** The vector before the head of the event answered last. */
  public float[] hidden() {
    return hidden;
  }

  public EncodedEvent encode(Trip trip) throws MalformedEventException {
    RawEvent event = schema == null ? new RawEvent(0) : schema.newEvent();
    reader.read(trip, event);
    return schema == null
        ? Schema.encodeVector(event, model.inputDim(), model.targetDim())
        : schema.encode(event);
  }
}
