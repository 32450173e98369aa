package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.kernels.math.KeyedReference;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Prediction;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.Configuration;

/**
 * Expected output for every event, bit for bit: the reference model, one event at a time, with a
 * plain map of memories.
 */
final class ChaosOracle {
  private static final Schema SCHEMA = ChaosEvents.SCHEMA;
  private static final int CLASSES = SCHEMA.target().dim();

  /** Floats of an answer: a probability of each class, and the recall error. */
  static final int ANSWER = CLASSES + 1;

  private static final int KEY_DIM = 16;
  private static final List<Double> BETAS = List.of(0.5, 0.25);
  private static final long PROJECTION_SEED = 3;

  private final AssociativeMemory model =
      new AssociativeMemory(KEY_DIM, 2, CLASSES, new float[] {0.5f, 0.25f}, Normalisation.UNIT);
  private final KeyedReference reference =
      new KeyedReference(model, InputEncoder.projection(SCHEMA, model.inputDim(), PROJECTION_SEED));
  private final EventFields fields = new EventFields(SCHEMA, ChaosEvents.COLUMNS);
  private final PredictionRows rows = rows(ChaosEvents.COLUMNS);
  private final long seed;

  ChaosOracle(long seed) {
    this.seed = seed;
  }

  /** Sets the options of the memories that the oracle has. */
  static void configure(Configuration job) {
    job.set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, KEY_DIM);
    job.set(FastWeightOptions.ASSOCIATIVE_BETAS, BETAS);
    job.set(FastWeightOptions.ASSOCIATIVE_SEED, PROJECTION_SEED);
  }

  static PredictionRows rows(List<String> columns) {
    return new PredictionRows(RowFormat.JSONL, columns, SCHEMA, CLASSES);
  }

  /**
   * The {@link #ANSWER} floats of the event at a place; places must be asked for in order, from 0.
   */
  float[] answer(long place) throws MalformedEventException {
    Event event = ChaosEvents.at(seed, place);
    RawEvent raw = SCHEMA.newEvent();
    fields.read(event, raw);
    ReferenceModel.Step step = reference.step(event.key(), SCHEMA.encode(raw));
    float[] answer = new float[ANSWER];
    SCHEMA.target().predict(step.output(), 0, false, answer);
    answer[CLASSES] = step.recallError();
    return answer;
  }

  /** The line with an answer, for the event at a place. */
  String line(long place, float[] answer) {
    Event event = ChaosEvents.at(seed, place);
    float[] values = Arrays.copyOf(answer, CLASSES);
    return rows.line(new Prediction<>(event, place, !event.ask(), values, answer[CLASSES]));
  }
}
