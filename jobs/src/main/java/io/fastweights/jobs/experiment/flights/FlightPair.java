package io.fastweights.jobs.experiment.flights;

import io.fastweights.jobs.experiment.flights.FlightSequences.Moment;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.jobs.flights.FlightSetup;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A second model after that of the origins: a memory for each destination, which has the origin
 * among its fields where the first model has the destination, and the first one's answer.
 */
final class FlightPair {
  private static final String ANSWER = "answer of the origin";
  private static final String OTHER_END = "destination";
  private static final String HASHED = "place";

  private FlightPair() {}

  /**
   * Trains on the flights before a time, and scores those after it with the memories of before.
   *
   * @param first trained weights of the origins
   * @param from time of the first departure that is scored, in milliseconds
   */
  static Metrics run(
      List<Flight> flights,
      FlightSetup setup,
      SlowWeights first,
      TrainOptions options,
      long from,
      TrainProgress.Listener listener)
      throws IOException, MalformedEventException {
    List<Moment> moments = FlightSequences.moments(flights);
    Map<Moment, Float> answers = answers(moments, flights, first, options.threads());
    Schema schema = schema(flights, setup);
    List<EventSequence> all =
        FlightSequences.build(
            moments, schema, Flight::destination, (name, m) -> value(name, m, answers));
    List<EventSequence> train = all.stream().map(s -> s.prefix(s.firstAt(from))).toList();
    Trainer trainer = new Trainer(setup.model(), schema, train, List.of(), options);
    trainer.freeze(FlightWeights.frozen(trainer.layout()));
    float[] initial = FlightWeights.initial(trainer.layout(), options.seed());
    SlowWeights weights = trainer.run(initial, listener).weights();
    List<EventSequence> scored = all.stream().map(s -> s.countedFrom(s.firstAt(from))).toList();
    return Scoring.of(weights, scored, options.threads());
  }

  /** The logits of the first model, given before it learned the event. */
  private static Map<Moment, Float> answers(
      List<Moment> moments, List<Flight> flights, SlowWeights first, int threads)
      throws MalformedEventException {
    List<EventSequence> sequences =
        FlightSequences.build(flights, first.schema()).stream().map(FlightPair::counted).toList();
    float[][] outputs = Scoring.outputs(first, sequences, threads);
    Map<String, float[]> byOrigin = new HashMap<>();
    for (int i = 0; i < outputs.length; i++) {
      byOrigin.put(sequences.get(i).key(), outputs[i]);
    }
    Map<String, int[]> next = new HashMap<>();
    Map<Moment, Float> answers = new HashMap<>(2 * moments.size());
    for (Moment moment : moments) {
      String origin = moment.flight().origin();
      int at = next.computeIfAbsent(origin, key -> new int[1])[0]++;
      answers.put(moment, byOrigin.get(origin)[at]);
    }
    return answers;
  }

  /** The same events, each of which counts. */
  private static EventSequence counted(EventSequence s) {
    float[] labels = new float[s.length()];
    Arrays.fill(labels, 0);
    return new EventSequence(
        s.key(), s.starts(), s.rows(), s.weights(), labels, s.asks(), s.masked(), s.times());
  }

  private static Schema schema(List<Flight> flights, FlightSetup setup) {
    Schema first = FlightFields.schema(flights, setup);
    Set<String> origins = new TreeSet<>();
    flights.forEach(flight -> origins.add(flight.origin()));
    List<Field> fields = new ArrayList<>();
    for (Field field : first.fields()) {
      fields.add(
          field.name().equals(OTHER_END)
              ? new Field.Categorical(OTHER_END, List.copyOf(origins))
              : field);
    }
    fields.add(new Field.Numeric(ANSWER, 0, 1));
    return Schema.of(fields, new Target.Binary(first.target().name()));
  }

  private static String value(String name, Moment moment, Map<Moment, Float> answers) {
    if (name.equals(ANSWER)) {
      return Float.toString(answers.get(moment));
    }
    Flight flight = moment.flight();
    if (name.equals(OTHER_END)) {
      return flight.origin();
    }
    String value = FlightFields.value(name, flight, moment.asks());
    return name.startsWith(HASHED)
        ? flight.origin() + value.substring(flight.destination().length())
        : value;
  }
}
