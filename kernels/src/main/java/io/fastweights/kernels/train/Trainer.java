package io.fastweights.kernels.train;

import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.measures.ConstantGuess;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.network.InitialWeights;
import io.fastweights.kernels.train.network.ModelPass;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.network.Parameters;
import io.fastweights.kernels.train.network.PassOptions;
import io.fastweights.kernels.train.network.Seeds;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Learns slow weights from keyed sequences: truncated back-propagation through chunks of each key's
 * events with its memory carried over, AdamW, gradient clipping, warm-up and decay, an average of
 * the weights, early stopping on validation events.
 *
 * <p>The same data, options and seed give the same bits on one machine, for any number of threads
 * and however often the run was stopped and resumed from its checkpoint. Recurrences on a GPU have
 * other bits than those on the CPU, within rounding.
 */
public final class Trainer {
  private final ParameterLayout layout;
  private final Target target;
  private final Loss loss;
  private final List<EventSequence> train;
  private final List<EventSequence> validation;
  private final TrainOptions options;
  private final long steps;
  private final long end;
  private final long evaluateEvery;
  private final Set<String> frozen = new TreeSet<>();
  private Keeper keeper = weights -> {};

  /** Receives weights to keep during training. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * @throws IOException if they cannot be kept, which ends the training
     */
    void keep(SlowWeights weights) throws IOException;
  }

  /**
   * @param config of the model; its outputs fit the schema's target
   * @param schema of the events
   * @param train the sequences to learn from
   * @param validation scored to stop early: whole sequences, of which some events do not count (see
   *     {@link EventSequence#countedFrom}); empty for none
   * @throws IllegalArgumentException if no event counts, or the model cannot be trained
   */
  public Trainer(
      ModelConfig config,
      Schema schema,
      List<EventSequence> train,
      List<EventSequence> validation,
      TrainOptions options) {
    this.layout = new ParameterLayout(config, schema);
    this.target = schema.target();
    this.loss = Loss.of(target, options.classWeights());
    this.train = train.stream().filter(s -> s.length() > 0).toList();
    this.validation = validation.stream().filter(s -> s.counted() > 0).toList();
    this.options = options;
    if (this.train.stream().mapToInt(EventSequence::counted).sum() == 0) {
      throw new IllegalArgumentException("no event to train on counts");
    }
    if (!this.validation.isEmpty()) {
      options.stopMetric().check(target, this.validation);
    }
    new ModelPass(layout, loss, PassOptions.exact(1));
    long chunks = 0;
    for (EventSequence s : this.train) {
      chunks += (s.length() + options.chunk() - 1) / options.chunk();
    }
    long epoch = Math.max(1, chunks / options.lanes());
    steps = Math.max(1, Math.round(options.epochs() * epoch));
    end = Math.max(1, Math.round(options.until() * steps));
    evaluateEvery =
        this.validation.isEmpty() || options.evaluationsPerEpoch() == 0
            ? Long.MAX_VALUE
            : Math.max(1, Math.round(epoch / options.evaluationsPerEpoch()));
  }

  /** The layout of the parameters that are learned. */
  public ParameterLayout layout() {
    return layout;
  }

  /**
   * Leaves tensors as they are at first. Their gradients still count in the length that is clipped.
   *
   * @throws IllegalArgumentException if the model has no such tensor
   */
  public Trainer freeze(Set<String> tensors) {
    tensors.forEach(layout::slice);
    frozen.addAll(tensors);
    return this;
  }

  /**
   * Has weights kept before the end: every new best on the validation events; without any, those of
   * every {@link TrainOptions#checkpointEvery} steps. Called on the thread that trains.
   */
  public Trainer keep(Keeper value) {
    keeper = value;
    return this;
  }

  /**
   * Trains from seeded initial weights, of which the head's bias is the best constant guess, or
   * resumes from the checkpoint if there is one.
   */
  public TrainResult run(TrainProgress.Listener listener) throws IOException {
    return run(initial(), listener);
  }

  private float[] initial() {
    float[] values = InitialWeights.of(layout, options.seed());
    if (layout.config().outputs() > 0) {
      float[] guess = ConstantGuess.of(target, train, options.classWeights()).outputs();
      System.arraycopy(guess, 0, values, layout.slice("head.bias").at(), guess.length);
    }
    return values;
  }

  /**
   * Trains from given weights, or resumes from the checkpoint if there is one.
   *
   * @param initial in the order of the layout; rewritten
   * @throws TrainingDivergedException if a gradient is not finite
   * @throws EngineException if the requested device is unavailable or fails
   * @throws IOException if the checkpoint cannot be written, or is damaged or of another run, or
   *     weights cannot be kept
   */
  public TrainResult run(float[] initial, TrainProgress.Listener listener) throws IOException {
    Parameters parameters = new Parameters(layout, initial);
    float weightDecay = (float) options.weightDecay();
    Adam adam = new Adam(layout.slices(), 0.9f, 0.999f, 1e-8f, weightDecay);
    adam.freeze(frozen);
    int memory = layout.config().memory().floats();
    Lanes lanes =
        new Lanes(train, options.lanes(), options.chunk(), memory, Seeds.mix(options.seed(), 1));
    TrainState state = new TrainState(parameters, adam, lanes, average(initial));
    PassOptions pass =
        new PassOptions(options.chunk(), options.attentionDropout(), options.feedForwardDropout());
    PassOptions exact = PassOptions.exact(options.chunk());
    Supplier<ModelPass> passes = () -> new ModelPass(layout, loss, pass);
    try (DeviceLayers device = DeviceLayers.of(options.engine(), layout.config());
        Workers workers = new Workers(options.threads(), passes);
        Workers scorers =
            new Workers(options.threads(), () -> new ModelPass(layout, loss, exact))) {
      long fingerprint = fingerprint(initial, device != null);
      if (options.checkpoint() != null && Files.exists(options.checkpoint())) {
        TrainCheckpoint.read(options.checkpoint(), fingerprint, state);
      }
      StepGradient gradient = new StepGradient(lanes, workers, layout.size(), device, passes);
      return loop(state, fingerprint, gradient, scorers, listener);
    }
  }

  private WeightAverage average(float[] initial) {
    return options.averaging() > 0 ? new WeightAverage(initial, options.averaging() * steps) : null;
  }

  private TrainResult loop(
      TrainState state,
      long fingerprint,
      StepGradient gradient,
      Workers scorers,
      TrainProgress.Listener listener)
      throws IOException {
    Pace pace = new Pace(state.step, end);
    Metrics bestMetrics = null;
    while (state.step < end && state.evaluationsWithoutBest < options.patience()) {
      step(state, gradient, pace);
      boolean last = state.step == end;
      if (state.step % evaluateEvery == 0 || (last && evaluateEvery < Long.MAX_VALUE)) {
        Scored scored = evaluate(state, scorers);
        boolean best = keepBest(state, scored);
        bestMetrics = best ? scored.metrics : bestMetrics;
        if (best) {
          keeper.keep(layout.weights(state.best));
        }
        listener.on(pace.report(state.step, scored.metrics, best));
      } else if (state.step % 50 == 0 || last) {
        listener.on(pace.report(state.step, null, false));
      }
      if (evaluateEvery == Long.MAX_VALUE && state.step % options.checkpointEvery() == 0) {
        keeper.keep(layout.weights(state.current()));
      }
      if (options.checkpoint() != null && state.step % options.checkpointEvery() == 0) {
        TrainCheckpoint.write(options.checkpoint(), fingerprint, state);
      }
    }
    boolean complete = state.step == end;
    float[] values = state.best == null ? state.current() : state.best;
    if (bestMetrics == null && state.best != null) {
      // The best was scored before the run was stopped and resumed.
      bestMetrics = score(scorers, state.best);
    }
    return new TrainResult(
        layout.weights(values),
        pace.lastLoss(),
        bestMetrics,
        state.step,
        state.best == null ? state.step : state.bestStep,
        state.best == null ? state.average != null : state.bestIsAverage,
        complete ? TrainResult.End.COMPLETE : TrainResult.End.NO_PROGRESS);
  }

  /**
   * Weights and their scores.
   *
   * @param averaged true for the average, false for the weights of the last step
   */
  private record Scored(float[] values, Metrics metrics, boolean averaged) {}

  /** The better ones of the weights of the last step and their average. */
  private Scored evaluate(TrainState state, Workers scorers) {
    float[] values = state.parameters.values;
    Scored last = new Scored(values, score(scorers, values), false);
    if (state.average == null) {
      return last;
    }
    values = state.average.values;
    Scored averaged = new Scored(values, score(scorers, values), true);
    return cost(averaged) <= cost(last) ? averaged : last;
  }

  private double cost(Scored scored) {
    return options.stopMetric().cost(scored.metrics);
  }

  private Metrics score(Workers scorers, float[] values) {
    Parameters scored = new Parameters(layout, values);
    return Scoring.run(scorers, scored, target, validation, options.chunk());
  }

  private void step(TrainState state, StepGradient gradient, Pace pace) {
    long seed = Seeds.mix(Seeds.mix(options.seed(), 2), state.step);
    double sum = gradient.compute(state.parameters, seed);
    long number = state.step + 1;
    double length = length(gradient.sum(), number);
    if (gradient.counted() > 0) {
      float scale = (float) Math.min(1, options.clip() / (length + 1e-12));
      float rate = (float) options.rate(state.step, steps);
      state.adam.step(number, rate, scale, gradient.sum(), state.parameters.values);
      state.parameters.changed();
    }
    if (state.average != null) {
      state.average.add(state.step, state.parameters.values);
    }
    state.lanes.advance();
    state.step = number;
    pace.add(sum, gradient);
  }

  /** The Euclidean length of a gradient, which must be finite. */
  private double length(float[] gradient, long step) {
    double squares = 0;
    for (float g : gradient) {
      squares += (double) g * g;
    }
    if (!Double.isFinite(squares)) {
      for (int i = 0; i < gradient.length; i++) {
        if (!Float.isFinite(gradient[i])) {
          throw new TrainingDivergedException(
              String.format(
                  Locale.ROOT,
                  "step %d of %d: the gradient of %s is %s; try a lower learning rate or clip than %s, %s",
                  step,
                  steps,
                  layout.nameAt(i),
                  gradient[i],
                  options.learningRate(),
                  options.clip()));
        }
      }
    }
    return Math.sqrt(squares);
  }

  private boolean keepBest(TrainState state, Scored scored) {
    double cost = cost(scored);
    boolean best = cost < state.bestCost;
    if (best) {
      state.bestCost = cost;
      state.best = scored.values.clone();
      state.bestStep = state.step;
      state.bestIsAverage = scored.averaged;
      state.evaluationsWithoutBest = 0;
    } else if (state.step > options.mayStopFrom(steps)) {
      state.evaluationsWithoutBest++;
    }
    return best;
  }

  /**
   * Covers all that the bits depend on. Uses texts, since the hash code of an enum constant differs
   * between JVMs.
   */
  private long fingerprint(float[] initial, boolean onDevice) {
    long print =
        Seeds.mix(
            SchemaJson.write(layout.schema()).hashCode(), layout.config().toString().hashCode());
    print = Seeds.mix(print, frozen.toString().hashCode());
    print = Seeds.mix(print, Arrays.hashCode(initial));
    print = Seeds.mix(print, options.fingerprint());
    if (onDevice) {
      print = Seeds.mix(print, "device".hashCode());
    }
    for (List<EventSequence> part : List.of(train, validation)) {
      print = Seeds.mix(print, part.size());
      for (EventSequence s : part) {
        print = Seeds.mix(print, s.contents());
      }
    }
    return print;
  }
}
