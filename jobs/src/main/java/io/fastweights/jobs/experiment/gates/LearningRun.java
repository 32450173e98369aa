package io.fastweights.jobs.experiment.gates;

import io.fastweights.jobs.experiment.gates.LearningStream.Event;
import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.measures.RocCurve;
import io.fastweights.operator.scoring.Loss;
import java.util.Arrays;

/** An associative memory through a stream, each event predicted before it is learned. */
final class LearningRun {
  private final Target target;
  private final Loss loss;
  private float[] predicted = new float[1024];
  private boolean[] labels = new boolean[1024];
  private int size;
  private double right;
  private double lost;
  private long nanos;
  private int steps;

  private LearningRun(Target target) {
    this.target = target;
    loss = Loss.of(target);
  }

  /**
   * @param seed of the projection
   */
  static LearningRun of(LearningStream stream, AssociativeMemory model, long seed) {
    Schema schema = stream.schema();
    LearningRun run = new LearningRun(schema.target());
    InputEncoder inputs = InputEncoder.projection(schema, model.inputDim(), seed);
    EncodedEvent[] lags = new EncodedEvent[stream.keys()];
    float[] prediction = new float[model.outputDim()];
    float[] truth = new float[model.outputDim()];
    EventBatch batch = new EventBatch(model, 1);
    try (Engine engine = EngineProvider.create(model, EngineOptions.cpu(stream.keys()))) {
      for (Event one : stream.events()) {
        int key = one.key();
        EncodedEvent event = inputs.standardised(one.event(), lags[key]);
        batch.clear();
        batch.segment(key, lags[key] == null);
        batch.add(event.observe());
        inputs.encode(event, lags[key], batch.inputs(), 0);
        System.arraycopy(one.label(), 0, batch.targets(), 0, truth.length);
        long start = System.nanoTime();
        engine.step(batch);
        run.nanos += System.nanoTime() - start;
        run.steps++;
        if (one.scored()) {
          schema.predict(event, batch.outputs(), 0, false, prediction);
          schema.target().predict(one.label(), 0, false, truth);
          run.score(prediction, truth);
        }
        lags[key] = event.observe() ? event : lags[key];
      }
    }
    return run;
  }

  private void score(float[] prediction, float[] truth) {
    if (size == predicted.length) {
      predicted = Arrays.copyOf(predicted, 2 * size);
      labels = Arrays.copyOf(labels, 2 * size);
    }
    if (target instanceof Target.Binary) {
      labels[size] = truth[0] > 0.5f;
      predicted[size] = prediction[0];
    } else if (target instanceof Target.Classes) {
      right += Loss.largest(prediction) == Loss.largest(truth) ? 1 : 0;
    }
    lost += loss.of(prediction, truth);
    size++;
  }

  /** Events whose predictions counted. */
  int scored() {
    return size;
  }

  /** Name of the measure that {@link #value} returns. */
  static String measure(Target target) {
    return target instanceof Target.Binary
        ? "AUC"
        : target instanceof Target.Number ? "MAE" : "accuracy";
  }

  double value() {
    return target instanceof Target.Binary
        ? RocCurve.area(predicted, labels, size)
        : target instanceof Target.Number ? lost / size : right / size;
  }

  /** In nats; NaN where the target is a number. */
  double logLoss() {
    return target instanceof Target.Number ? Double.NaN : lost / size;
  }

  /** Mean time of a step of one event. */
  double nanos() {
    return nanos / (double) steps;
  }
}
