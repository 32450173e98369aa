package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeightOptions;
import io.fastweights.operator.Prediction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/**
 * What the job must write for every event, bit for bit: the readable model, one event at a time,
 * with a plain map of memories.
 */
final class ChaosOracle {
  private static final int KEY_DIM = 16;
  private static final List<Double> BETAS = List.of(0.5, 0.25);
  private static final long PROJECTION_SEED = 3;

  private final Schema schema = ChaosStream.SCHEMA;
  private final AssociativeMemory model =
      new AssociativeMemory(
          KEY_DIM, 2, schema.target().dim(), new float[] {0.5f, 0.25f}, Normalisation.UNIT);
  private final ReferenceModel reference = new ReferenceModel(model);
  private final InputEncoder inputs =
      InputEncoder.projection(schema, model.inputDim(), PROJECTION_SEED);
  private final Map<String, float[]> memories = new HashMap<>();
  private final Map<String, EncodedEvent> lags = new HashMap<>();
  private final long seed;
  private final EventFields fields;
  private final PredictionRows rows;

  ChaosOracle(ChaosStream stream, PredictionRows rows) {
    this.seed = stream.seed();
    this.fields = new EventFields(schema, stream.columns());
    this.rows = rows;
  }

  /** Sets the options of the memories that the oracle has. */
  static void configure(Configuration job) {
    job.set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM);
    job.set(FastWeightOptions.ASSOCIATIVE_BETAS, BETAS);
    job.set(FastWeightOptions.ASSOCIATIVE_SEED, PROJECTION_SEED);
  }

  /** The line of the event at a place; places must be asked for in order, from 0. */
  String line(long place) throws MalformedEventException {
    Event event = ChaosStream.at(seed, place);
    RawEvent raw = schema.newEvent();
    fields.read(event, raw);
    EncodedEvent encoded = schema.encode(raw);
    float[] input = new float[model.inputDim()];
    inputs.encode(encoded, lags.get(event.key()), input, 0);
    float[] memory =
        memories.computeIfAbsent(event.key(), key -> new float[model.memory().floats()]);
    float[] target = encoded.observe() ? encoded.target() : null;
    ReferenceModel.Step step = reference.step(input, target, memory, encoded.observe());
    if (encoded.observe()) {
      lags.put(event.key(), encoded);
    }
    float[] values = new float[schema.target().dim()];
    schema.target().predict(step.output(), 0, false, values);
    return rows.line(new Prediction<>(event, place, encoded.observe(), values, step.recallError()));
  }
}
