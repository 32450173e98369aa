package io.fastweights.jobs.experiment.gates;

import io.fastweights.jobs.experiment.cases.ProcessExperiment;
import io.fastweights.jobs.experiment.flights.FlightSequences;
import io.fastweights.jobs.experiment.streams.StreamTask;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.jobs.flights.FlightSetup;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.train.Validation;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A stream in two parts, to train on and to validate on.
 *
 * @param title in the table
 * @param options of its trainings, but for the seed
 */
record TrainingStream(String title, Schema schema, Validation parts, TrainOptions.Builder options) {
  private static final int SYMBOLS = 24;
  private static final int CLASSES = 8;
  private static final int RECALL_EVENTS = 256;
  private static final int RECALL_HELD = 100;

  /** Half of the students of a file of training students; every tenth student validates. */
  static TrainingStream students(StreamTask task, Path file)
      throws IOException, MalformedEventException {
    Schema schema =
        Schema.of(
            List.of(new Field.Categorical("skill", numbers(1, 100))), new Target.Binary("correct"));
    List<String[]> rows = rows(task, file);
    List<String> header = List.of(rows.get(0));
    SequenceBuilder train = new SequenceBuilder(schema);
    SequenceBuilder held = new SequenceBuilder(schema);
    Map<String, Integer> numbers = new HashMap<>();
    for (String[] row : rows.subList(1, rows.size())) {
      String student = row[header.indexOf("student")];
      int number = numbers.computeIfAbsent(student, name -> numbers.size());
      RawEvent raw = schema.newEvent().timestamp(0);
      raw.set("skill", row[header.indexOf("skill")]).target(row[header.indexOf("correct")]);
      if (number % 10 == 9) {
        held.add(student, schema.encode(raw));
      } else if (number % 10 < 5) {
        train.add(student, schema.encode(raw));
      }
    }
    TrainOptions.Builder options = TrainOptions.builder().epochs(3).lanes(32);
    return new TrainingStream(
        "students", schema, new Validation(train.build(), held.build()), options);
  }

  /** The first three fifths of the half hours; the next fifth validates. */
  static TrainingStream electricity(StreamTask task, Path file, boolean prices)
      throws IOException, MalformedEventException {
    List<String[]> rows = rows(task, file);
    List<String> header = List.of(rows.remove(0));
    int end = rows.size() * 6 / 10;
    List<Field> fields = new ArrayList<>();
    for (String name : header) {
      boolean price = name.equals("nswprice");
      if (!name.equals("time") && !name.equals("class") && (prices || !price)) {
        fields.add(numeric(name, rows.subList(0, end), header.indexOf(name)));
      }
    }
    Schema schema = Schema.of(fields, new Target.Binary("class"));
    SequenceBuilder all = new SequenceBuilder(schema);
    for (String[] row : rows.subList(0, rows.size() * 8 / 10)) {
      RawEvent raw =
          schema.newEvent().timestamp(1000 * Long.parseLong(row[header.indexOf("time")]));
      fields.forEach(field -> raw.set(field.name(), row[header.indexOf(field.name())]));
      all.add("", schema.encode(raw.target(row[header.indexOf("class")])));
    }
    EventSequence whole = all.build().get(0);
    return new TrainingStream(
        prices ? "electricity" : "electricity, no price",
        schema,
        new Validation(List.of(whole.prefix(end)), List.of(whole.countedFrom(end))),
        TrainOptions.builder().epochs(6).lanes(1));
  }

  private static Field numeric(String name, List<String[]> rows, int column) {
    double[] values = rows.stream().mapToDouble(row -> Double.parseDouble(row[column])).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    return new Field.Numeric(name, mean, Math.sqrt(variance));
  }

  /** Flights of a third of the airports, by origin, 1 to 11 January; 12 to 14 validate. */
  static TrainingStream flights() throws IOException, MalformedEventException {
    List<Flight> days =
        Flights.january2001().stream().filter(flight -> flight.dayOfMonth() <= 14).toList();
    Schema schema = FlightFields.schema(days, FlightSetup.SMALL);
    List<String> airports = days.stream().map(Flight::origin).distinct().sorted().toList();
    List<Flight> third =
        days.stream().filter(flight -> airports.indexOf(flight.origin()) % 3 == 0).toList();
    long from = Instant.parse("2001-01-12T00:00:00Z").toEpochMilli();
    List<EventSequence> all = FlightSequences.build(third, schema);
    return new TrainingStream(
        "flights",
        schema,
        new Validation(
            all.stream().map(s -> s.prefix(s.firstAt(from))).toList(),
            all.stream().map(s -> s.countedFrom(s.firstAt(from))).toList()),
        TrainOptions.builder().epochs(4).lanes(16).evaluationsPerEpoch(0.5));
  }

  /** The first half of the cases; the next sixth validates. */
  static TrainingStream cases(Path file) throws IOException, MalformedEventException {
    ProcessExperiment.Parts parts = ProcessExperiment.helpdeskParts(file);
    return new TrainingStream(
        "helpdesk", parts.schema(), parts.validation(), ProcessExperiment.options());
  }

  /**
   * Symbols that stand for classes; one label in twenty is wrong. After a silence of the key each
   * symbol stands for another class with probability 0.7.
   */
  static TrainingStream recall(int keys) throws MalformedEventException {
    Schema schema =
        Schema.of(
            List.of(
                new Field.Categorical("symbol", numbers(0, SYMBOLS - 1)),
                new Field.Elapsed("since", 24)),
            new Target.Classes("class", numbers(0, CLASSES - 1)));
    SequenceBuilder train = new SequenceBuilder(schema);
    SequenceBuilder held = new SequenceBuilder(schema);
    SplittableRandom random = new SplittableRandom(7);
    for (int key = 0; key < keys + RECALL_HELD; key++) {
      int[] meaning = random.ints(SYMBOLS, 0, CLASSES).toArray();
      double seconds = 0;
      for (int i = 0; i < RECALL_EVENTS; i++) {
        boolean silent = i > 0 && random.nextInt(60) == 0;
        double pause = silent ? 6 * 3600 * StrictMath.pow(12, random.nextDouble()) : 0;
        seconds += silent ? pause : -60 * StrictMath.log(1 - random.nextDouble());
        for (int s = 0; silent && s < SYMBOLS; s++) {
          meaning[s] = random.nextDouble() < 0.7 ? random.nextInt(CLASSES) : meaning[s];
        }
        int symbol = random.nextInt(SYMBOLS);
        int label = random.nextInt(20) == 0 ? random.nextInt(CLASSES) : meaning[symbol];
        RawEvent raw = schema.newEvent().timestamp((long) (1000 * seconds));
        raw.set("symbol", Integer.toString(symbol)).target(Integer.toString(label));
        (key < keys ? train : held).add(Integer.toString(key), schema.encode(raw));
      }
    }
    return new TrainingStream(
        "recall, reassigned",
        schema,
        new Validation(train.build(), held.build()),
        TrainOptions.builder().epochs(8).lanes(16));
  }

  private static List<String> numbers(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
  }

  /** The cells of a public file, with the header first. */
  private static List<String[]> rows(StreamTask task, Path file) throws IOException {
    StringWriter text = new StringWriter();
    task.file().write(file, new PrintWriter(text));
    List<String[]> rows = new ArrayList<>();
    text.toString().lines().forEach(line -> rows.add(line.split(",")));
    return rows;
  }
}
