package io.fastweights.operator.model;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.operator.api.Ranking;
import io.fastweights.state.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.flink.annotation.Internal;

/** A model with its encoder and decoder: from events to inputs, and from outputs to predictions. */
@Internal
public final class EventModel {
  private final Model model;
  private final Schema schema;
  private final InputEncoder inputs;
  private final String recipe;
  private final Ranker ranker;

  /**
   * @param schema null where events are vectors
   * @param inputs null where events are vectors
   * @param inputRecipe source of the inputs, as far as stored memories depend on it
   */
  public EventModel(Model model, Schema schema, InputEncoder inputs, String inputRecipe) {
    this(model, schema, inputs, inputRecipe, null);
  }

  /**
   * @param ranker of the candidates; null unless the target is an item
   */
  EventModel(Model model, Schema schema, InputEncoder inputs, String inputRecipe, Ranker ranker) {
    this.ranker = ranker;
    this.model = model;
    this.schema = schema;
    this.inputs = inputs;
    this.recipe =
        new Recipe(
                model.featureMap(),
                model.nu(),
                model.normalisation(),
                model.updateRule(),
                inputRecipe)
            .toString();
  }

  /** Text of all that determines the meaning of a stored memory, except its shape. */
  public String recipe() {
    return recipe;
  }

  /** Fields and target as JSON; null where events are vectors. */
  public String schema() {
    return schema == null ? null : schema.withoutColumns();
  }

  /** The fields of an event; none where events are vectors. */
  public List<Field> fields() {
    return schema == null ? List.of() : schema.fields();
  }

  public Model model() {
    return model;
  }

  /** All that a stored memory and its log depend on, in words. */
  public String memories() {
    LogShape log = LogShape.of(model);
    return String.format(
        Locale.ROOT,
        "of shape %s, logs of %d updates of %d floats, %s",
        model.memory(),
        log.updates(),
        log.floats() / log.updates(),
        recipe);
  }

  /** Text of an event's inputs and outputs, except what a schema states. */
  public String events() {
    if (schema == null) {
      return String.format(
          Locale.ROOT,
          "vectors of %d floats, targets of %d, and gives %d",
          model.inputDim(),
          model.targetDim(),
          model.outputDim());
    }
    return schema.target() != null
        ? "events of a schema"
        : String.format(Locale.ROOT, "events of a schema, and gives %d", model.outputDim());
  }

  public RawEvent newEvent() {
    return schema == null ? new RawEvent(0) : schema.newEvent();
  }

  /** Checks and encodes a raw event. */
  public EncodedEvent encode(RawEvent event) throws MalformedEventException {
    EncodedEvent encoded = new EncodedEvent();
    encode(event, encoded);
    return encoded;
  }

  /**
   * Checks and encodes a raw event into one that is filled again and again.
   *
   * @param into undefined after an exception
   */
  public void encode(RawEvent event, EncodedEvent into) throws MalformedEventException {
    if (schema != null) {
      schema.encode(event, into);
    } else {
      Schema.encodeVector(event, model.inputDim(), model.targetDim(), into);
    }
  }

  /**
   * The items that the answer to an event ranks; null for those of the catalogue, and unless the
   * target is an item.
   */
  public Candidates candidates(RawEvent event) throws MalformedEventException {
    return ranker == null ? null : event.candidates();
  }

  /** The item that was taken; null for an ask, and unless the target is an item. */
  public String item(RawEvent event) throws MalformedEventException {
    return ranker == null || !event.observes() ? null : event.item((Target.Item) schema.target());
  }

  /**
   * The ranking of an event's candidates; null unless the target is an item.
   *
   * @param candidates as {@link #candidates} returned them
   * @param item as {@link #item} returned it
   */
  public Ranking ranking(float[] values, Candidates candidates, String item) {
    return ranker == null ? null : ranker.rank(values, candidates, item);
  }

  /** The event with its numbers standardised, see {@link Schema#standardised}. */
  public EncodedEvent standardised(EncodedEvent event, EncodedEvent lag) {
    return schema == null ? event : schema.standardised(event, lag);
  }

  /** Writes the input and target of a standardised event into a row of a batch. */
  public void write(EncodedEvent event, EncodedEvent lag, float[] into, float[] targets, int row) {
    int dim = model.inputDim();
    if (inputs == null) {
      System.arraycopy(event.vector(), 0, into, row * dim, dim);
    } else {
      inputs.encode(event, lag, into, row * dim);
    }
    int targetDim = model.targetDim();
    if (targetDim > 0) {
      int at = row * targetDim;
      if (event.observe()) {
        System.arraycopy(event.target(), 0, targets, at, targetDim);
      } else {
        Arrays.fill(targets, at, at + targetDim, Float.NaN);
      }
    }
  }

  /**
   * An observed event's target on the scale of a prediction, in an array of its own; null where it
   * has none.
   */
  public float[] target(EncodedEvent event) {
    if (event.target().length == 0 || schema == null) {
      return event.target().length == 0 ? null : event.target().clone();
    }
    float[] target = new float[schema.target().dim()];
    schema.target(event, target);
    return target;
  }

  /**
   * The prediction of a row of outputs.
   *
   * @param event of the row, standardised
   */
  public float[] predict(EncodedEvent event, float[] outputs, int row) {
    int at = row * model.outputDim();
    if (schema == null || schema.target() == null) {
      return Arrays.copyOfRange(outputs, at, at + model.outputDim());
    }
    float[] prediction = new float[schema.target().dim()];
    schema.predict(event, outputs, at, model instanceof SlowModel, prediction);
    return prediction;
  }

  /**
   * Completes the key's statistics by the outputs of an observed event, see {@link Schema#settle}.
   *
   * @param event of the row, standardised
   */
  public void settle(EncodedEvent event, float[] outputs, int row) {
    if (schema != null) {
      schema.settle(event, outputs, row * model.outputDim());
    }
  }
}
