package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.Metrics;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.TrainResult;
import io.fastweights.kernels.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Late flights: slow weights trained on 1 to 14 January, frozen, then streamed and scored on the
 * departures from 15 January on. Each airport has a memory of its own and sees nothing else.
 */
public final class FlightsExperiment {
  private static final long TEST = Instant.parse("2001-01-15T00:00:00Z").toEpochMilli();
  private static final long DAY = 86_400_000;

  private FlightsExperiment() {}

  /**
   * What the experiment gave.
   *
   * @param weights the trained slow weights, with their schema
   * @param warm scores with the memories of 1 to 14 January
   * @param cold scores with memories that are empty on 15 January
   * @param steps of training
   */
  public record Result(SlowWeights weights, Metrics warm, Metrics cold, long steps) {}

  /**
   * Areas under the curve of models on hand-made features, trained and scored on the same flights.
   *
   * @param regression logistic regression on features of the same airport
   * @param network a small network on them
   * @param everywhere a small network on features of every airport at once
   */
  public record Baselines(double regression, double network, double everywhere) {}

  /** The model that the published figures are of. */
  public static ModelConfig model() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(72)
        .heads(1)
        .dimHead(48)
        .nu(40)
        .ffMult(2)
        .normalisation(Normalisation.UNIT)
        .outputs(1)
        .build();
  }

  /** The training that the published figures are of. */
  public static TrainOptions.Builder options() {
    return TrainOptions.builder().epochs(2).lanes(16).chunk(128).learningRate(0.004).seed(1);
  }

  /**
   * Trains and scores.
   *
   * @param file {@code flights-2001-01.csv.gz}
   * @param validationDays last days before the test that are held out to stop early; 0 for none
   */
  public static Result run(
      Path file,
      ModelConfig model,
      TrainOptions options,
      int validationDays,
      TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    List<Flight> flights = Flight.read(file);
    FlightSequences source = new FlightSequences(flights);
    List<EventSequence> all = source.build(flights);
    long split = TEST - validationDays * DAY;
    List<EventSequence> train = all.stream().map(s -> s.prefix(s.firstAt(split))).toList();
    List<EventSequence> validation =
        all.stream().map(s -> s.prefix(s.firstAt(TEST)).countedFrom(s.firstAt(split))).toList();
    Trainer trainer = new Trainer(model, source.schema(), train, validation, options);
    trainer.freeze(FlightWeights.frozen(trainer.layout()));
    float[] initial = FlightWeights.initial(trainer.layout(), options.seed());
    TrainResult result = trainer.run(initial, listener);
    SlowWeights weights = result.weights();
    return new Result(
        weights,
        Scoring.of(weights, counted(all), options.threads()),
        Scoring.of(weights, source.build(since(flights)), options.threads()),
        result.steps());
  }

  private static List<EventSequence> counted(List<EventSequence> all) {
    return all.stream().map(s -> s.countedFrom(s.firstAt(TEST))).toList();
  }

  private static List<Flight> since(List<Flight> flights) {
    return flights.stream().filter(flight -> flight.departure() >= TEST).toList();
  }

  /** Trains and scores the baselines. */
  public static Baselines baselines(Path file, long seed) throws IOException {
    return FlightBaselines.run(Flight.read(file), TEST, seed);
  }
}
