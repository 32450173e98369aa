package io.fastweights.operator.runtime;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.api.OptionRanges;
import io.fastweights.operator.cache.CacheSlots;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.metrics.MemoryCounts;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Fading;
import io.fastweights.operator.model.ModelSpec;
import java.io.Serializable;
import java.time.Instant;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricGroup;

/**
 * The operator's model for code that Flink calls with one event at a time: the same checks, the
 * same engine, a batch of one. The caller assigns slots of the engine's pool to keys, and manages
 * their state.
 */
@Internal
public final class EventStepper implements AutoCloseable {
  private final EventModel model;
  private final Engine engine;
  private final EventBatch batch;
  private final EventOrder order;
  private final Fading fading;
  private final FastWeightMetrics metrics;
  private String overflow;

  /**
   * Serializable description from which a subtask creates its stepper; validated on construction.
   */
  public static final class Plan implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ModelSpec spec;
    private final Configuration options;

    /**
     * @param weights null for an associative memory
     * @param options of {@link FastWeightOptions}; others have their defaults
     * @throws IllegalArgumentException if an option is out of its range, or the weights do not fit
     *     the schema
     */
    public Plan(Schema schema, SlowWeights weights, Configuration options) {
      OptionRanges.check(options);
      this.spec = new ModelSpec(SchemaJson.write(schema), weights, 0);
      this.options = options;
      spec.create(options);
    }

    /** Begins. */
    public EventStepper open(MetricGroup operator) {
      return new EventStepper(this, operator);
    }
  }

  private EventStepper(Plan plan, MetricGroup operator) {
    model = plan.spec.create(plan.options);
    metrics = new FastWeightMetrics(operator);
    engine =
        metrics.timed(
            metrics.chosen(
                EngineProvider.choose(
                    model.model(),
                    new EngineOptions(
                        plan.options.get(FastWeightOptions.ENGINE),
                        CacheSlots.of(
                            plan.options.get(FastWeightOptions.CACHE_SIZE),
                            model.model().memory(),
                            Storage.FP32,
                            1)))));
    batch = new EventBatch(model.model(), 1);
    batch.want(false, true);
    order = plan.options.get(FastWeightOptions.ORDER);
    fading = new Fading(plan.options.get(FastWeightOptions.HALF_LIFE));
  }

  /** The engine, whose pool holds the memories. */
  public Engine engine() {
    return engine;
  }

  /** Registers the counters of the caller's memories, beside the stepper's own metrics. */
  public void observe(MemoryCounts counts) {
    metrics.observe(counts);
  }

  /** Text of all that determines the meaning of a stored memory, except its shape. */
  public String recipe() {
    return model.recipe();
  }

  /** A raw event to fill; reusable. */
  public RawEvent newEvent() {
    return model.newEvent();
  }

  /**
   * Checks and encodes an event.
   *
   * @throws MalformedEventException if it is malformed; it was counted
   */
  public EncodedEvent encode(RawEvent event) throws MalformedEventException {
    try {
      return model.encode(event);
    } catch (MalformedEventException e) {
      metrics.malformed();
      throw e;
    }
  }

  /**
   * Checks an event against the last observed one of its key.
   *
   * @param lag null for a key without one
   * @throws MalformedEventException if it is older and {@link FastWeightOptions#ORDER} refuses
   *     that; it was counted
   */
  public void checkOrder(EncodedEvent event, EncodedEvent lag) throws MalformedEventException {
    if (order == EventOrder.REFUSE && lag != null && event.timestamp() < lag.timestamp()) {
      metrics.malformed();
      throw new MalformedEventException(
          "time is "
              + Instant.ofEpochMilli(event.timestamp())
              + ", before the last observed event of its key at "
              + Instant.ofEpochMilli(lag.timestamp()));
    }
  }

  /** An event with its numbers standardised; the key's lag once it is learned. */
  public EncodedEvent standardised(EncodedEvent event, EncodedEvent lag) {
    return model.standardised(event, lag);
  }

  /**
   * Steps an event through the memory in a slot.
   *
   * @param fresh the slot's content is void: the memory starts from zero
   * @param event as {@link #standardised} returned it
   * @param lag the key's last observed event; null before the first
   * @return the prediction, as {@link io.fastweights.operator.api.Prediction#values}; {@link
   *     #checkRange} says whether it is valid
   */
  public float[] step(int slot, boolean fresh, EncodedEvent event, EncodedEvent lag) {
    batch.clear();
    batch.segment(slot, fresh);
    long learned = lag == null ? Fading.NEVER : lag.timestamp();
    int row = batch.add(event.observe(), fading.between(learned, event.timestamp()));
    model.write(event, lag, batch.inputs(), batch.targets(), row);
    engine.step(batch);
    overflow = Overflow.reason(batch, row, model.model().outputDim());
    if (overflow == null) {
      metrics.event(event.observe(), recallError());
    } else {
      metrics.overflowed();
      metrics.malformed();
    }
    float[] values = model.predict(event, batch.outputs(), row);
    model.settle(event, batch.outputs(), row);
    return values;
  }

  /**
   * Checks the event stepped last, after its memory was saved.
   *
   * @throws MalformedEventException if its update or prediction left the range of floats; it was
   *     counted
   */
  public void checkRange() throws MalformedEventException {
    if (overflow != null) {
      throw new MalformedEventException(overflow);
    }
  }

  /**
   * The recall error of the event stepped last, as {@link
   * io.fastweights.operator.api.Prediction#recallError}.
   */
  public float recallError() {
    return batch.recallErrors()[0];
  }

  /** An observed event's target, as {@link io.fastweights.operator.api.Prediction#target}. */
  public float[] target(EncodedEvent event) {
    return model.target(event);
  }

  /** The batch of the event stepped last, for the log. */
  public EventBatch stepped() {
    return batch;
  }

  /** Factor that the memory was multiplied by before the event. */
  public float fade() {
    return batch.fade(0);
  }

  @Override
  public void close() {
    engine.close();
  }
}
