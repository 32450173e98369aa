package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.jobs.flights.FlightSetup;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Late flights: slow weights trained on 1 to 14 January, frozen, then streamed and scored on the
 * departures from 15 January on. Each airport has a memory of its own and sees nothing else.
 */
public final class FlightsExperiment {
  private static final long TEST = Instant.parse("2001-01-15T00:00:00Z").toEpochMilli();
  private static final long DAY = 86_400_000;

  private FlightsExperiment() {}

  /**
   * Results of the experiment.
   *
   * @param weights the trained slow weights, with their schema
   * @param warm scores with the memories of 1 to 14 January
   * @param cold scores with memories that are empty on 15 January
   */
  public record Result(SlowWeights weights, Metrics warm, Metrics cold) {}

  /**
   * Areas under the curve of models on hand-made features, trained and scored on the same flights.
   *
   * @param regression logistic regression on features of the same airport
   * @param network a small network on them
   * @param everywhere a small network on features of every airport at once
   */
  public record Baselines(double regression, double network, double everywhere) {}

  /** The training that a model's published figures are of. */
  public static TrainOptions.Builder options(FlightSetup setup) {
    return TrainOptions.builder()
        .epochs(setup.epochs())
        .lanes(16)
        .chunk(128)
        .learningRate(0.004)
        .averaging(0)
        .seed(1);
  }

  /**
   * Trains and scores.
   *
   * @param flights of January 2001, by their departure
   * @param validationDays last days before the test that are held out to stop early; 0 for none
   * @throws IllegalArgumentException if there are none to train on, or none to score
   */
  public static Result run(
      List<Flight> flights,
      FlightSetup setup,
      TrainOptions options,
      int validationDays,
      TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    long scored = flights.stream().filter(flight -> flight.departure() >= TEST).count();
    if (scored == 0 || scored == flights.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d of %,d flights depart from 15 January 2001 on: there must be some before and after",
              scored,
              flights.size()));
    }
    Schema schema = FlightFields.schema(flights, setup);
    List<EventSequence> all = FlightSequences.build(flights, schema);
    long split = TEST - validationDays * DAY;
    List<EventSequence> train = all.stream().map(s -> s.prefix(s.firstAt(split))).toList();
    List<EventSequence> validation =
        all.stream().map(s -> s.prefix(s.firstAt(TEST)).countedFrom(s.firstAt(split))).toList();
    Trainer trainer = new Trainer(setup.model(), schema, train, validation, options);
    trainer.freeze(FlightWeights.frozen(trainer.layout()));
    float[] initial = FlightWeights.initial(trainer.layout(), options.seed());
    SlowWeights weights = trainer.run(initial, listener).weights();
    return new Result(
        weights,
        Scoring.of(weights, counted(all), options.threads()),
        Scoring.of(weights, FlightSequences.build(since(flights), schema), options.threads()));
  }

  /**
   * Trains a second model, of the destinations, after that of the origins, and scores it.
   *
   * @param first weights of {@link #run}
   */
  public static Metrics second(
      List<Flight> flights,
      FlightSetup setup,
      SlowWeights first,
      TrainOptions options,
      TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    return FlightPair.run(flights, setup, first, options, TEST, listener);
  }

  private static List<EventSequence> counted(List<EventSequence> all) {
    return all.stream().map(s -> s.countedFrom(s.firstAt(TEST))).toList();
  }

  private static List<Flight> since(List<Flight> flights) {
    return flights.stream().filter(flight -> flight.departure() >= TEST).toList();
  }

  /** Trains and scores the baselines. */
  public static Baselines baselines(List<Flight> flights, long seed) {
    return FlightBaselines.run(flights, TEST, seed);
  }
}
