package io.fastweights.jobs.experiment.gates;

import io.fastweights.jobs.experiment.cases.CaseLog;
import io.fastweights.jobs.experiment.flights.FlightSequences;
import io.fastweights.jobs.experiment.streams.StreamTask;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A stream of events in memory, for associative memories that are compared on it. */
final class LearningStream {
  private static final int CASE_POSITIONS = 16;

  private final String title;
  private final Schema schema;
  private final List<Event> events = new ArrayList<>();
  private final Map<String, Integer> keys = new HashMap<>();

  /**
   * An event.
   *
   * @param key number of its memory, from 0
   * @param label the encoded target, of an ask too
   * @param scored true if its prediction counts
   */
  record Event(int key, EncodedEvent event, float[] label, boolean scored) {}

  private LearningStream(String title, Schema schema) {
    this.title = title;
    this.schema = schema;
  }

  String title() {
    return title;
  }

  Schema schema() {
    return schema;
  }

  List<Event> events() {
    return events;
  }

  int keys() {
    return keys.size();
  }

  private void add(String key, RawEvent raw, boolean asks, boolean scored)
      throws MalformedEventException {
    EncodedEvent known = schema.encode(raw);
    EncodedEvent event = asks ? schema.encode(raw.ask()) : known;
    int number = keys.computeIfAbsent(key, name -> keys.size());
    events.add(new Event(number, event, known.target(), scored));
  }

  /**
   * A public file of a task, in its order.
   *
   * @param trial whose schema it has
   * @param times how often the file is streamed; only the last time counts
   */
  static LearningStream of(
      String title, StreamTask task, StreamTask.Trial trial, Path file, int times)
      throws IOException, MalformedEventException {
    StringWriter text = new StringWriter();
    task.file().write(file, new PrintWriter(text));
    List<String> lines = text.toString().lines().toList();
    Schema schema = SchemaJson.parse(trial.schema());
    LearningStream stream = new LearningStream(title, schema);
    List<String> header = List.of(lines.get(0).split(","));
    int time = header.indexOf("time");
    int key = header.indexOf(schema.key());
    for (int turn = 0; turn < times; turn++) {
      for (int line = 1; line < lines.size(); line++) {
        String[] cells = lines.get(line).split(",");
        RawEvent raw = schema.newEvent();
        for (Field field : schema.fields()) {
          int cell = header.indexOf(field.name());
          if (cell >= 0 && cell != key) {
            raw.set(field.name(), cells[cell]);
          }
        }
        long seconds = turn * (long) lines.size() * 1800 + Long.parseLong(cells[time]);
        raw.timestamp(1000 * seconds).target(cells[header.indexOf(schema.target().name())]);
        stream.add(key < 0 ? "" : cells[key], raw, false, turn == times - 1);
      }
    }
    return stream;
  }

  /** Flights by origin: asked at departure, learned after landing; those from a day on count. */
  static LearningStream flights(List<Flight> flights, Schema schema, int firstScoredDay)
      throws MalformedEventException {
    LearningStream stream = new LearningStream("flights", schema);
    for (FlightSequences.Moment moment : FlightSequences.moments(flights)) {
      Flight flight = moment.flight();
      RawEvent raw =
          schema
              .newEvent()
              .timestamp(moment.time())
              .set("destination", flight.destination())
              .set("hour", Integer.toString(flight.hour()))
              .target(flight.late());
      boolean scored = moment.asks() && flight.dayOfMonth() >= firstScoredDay;
      stream.add(flight.origin(), raw, moment.asks(), scored);
    }
    return stream;
  }

  /** One memory of all cases: an event is asked what follows, which the next one brings. */
  static LearningStream cases(CaseLog log) throws MalformedEventException {
    record Moment(long time, boolean asks, CaseLog.Case of, int place) {}
    List<String> names = log.activities();
    List<String> positions =
        IntStream.range(0, CASE_POSITIONS).mapToObj(Integer::toString).toList();
    Schema schema =
        Schema.of(
            List.of(
                new Field.Categorical("activity", names),
                new Field.Categorical("position", positions),
                new Field.Hashed("last_two", 256)),
            new Target.Classes("next", names));
    List<Moment> moments = new ArrayList<>();
    for (CaseLog.Case one : log.cases()) {
      for (int i = 0; i + 1 < one.events().size(); i++) {
        long time = one.events().get(i).time();
        moments.add(new Moment(time, true, one, i));
        moments.add(new Moment(Math.max(time, one.events().get(i + 1).time()), false, one, i));
      }
    }
    moments.sort(Comparator.comparingLong(Moment::time));
    LearningStream stream = new LearningStream("helpdesk", schema);
    for (Moment moment : moments) {
      List<CaseLog.Event> events = moment.of().events();
      String activity = events.get(moment.place()).activity();
      String before = moment.place() == 0 ? "" : events.get(moment.place() - 1).activity();
      RawEvent raw =
          schema
              .newEvent()
              .timestamp(moment.time())
              .set("activity", activity)
              .set("position", Integer.toString(Math.min(moment.place(), CASE_POSITIONS - 1)))
              .set("last_two", before + "|" + activity)
              .target(events.get(moment.place() + 1).activity());
      stream.add("", raw, moment.asks(), moment.asks());
    }
    return stream;
  }

  /**
   * Symbols that each stand for one of eight classes; one label in twenty is wrong. A tenth of the
   * pauses are silences, after which the symbol stands for another class.
   */
  static LearningStream recall(long seed, int keys, int eventsEach) throws MalformedEventException {
    int symbols = 48;
    int classes = 8;
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    Schema schema =
        Schema.of(List.of(new Field.Hashed("symbol", 1024)), new Target.Classes("class", names));
    LearningStream stream = new LearningStream("recall, reassigned", schema);
    SplittableRandom random = new SplittableRandom(seed);
    for (int key = 0; key < keys; key++) {
      int[] meaning = random.ints(symbols, 0, classes).toArray();
      boolean[] silent = new boolean[symbols];
      double[] due = new double[symbols];
      for (int s = 0; s < symbols; s++) {
        due[s] = pause(random);
      }
      for (int i = 0; i < eventsEach; i++) {
        int s = earliest(due);
        if (silent[s]) {
          meaning[s] = random.nextInt(classes);
        }
        int label = random.nextInt(20) == 0 ? random.nextInt(classes) : meaning[s];
        RawEvent raw =
            schema
                .newEvent()
                .timestamp((long) (1000 * symbols * due[s]))
                .set("symbol", key + ":" + s)
                .target(Integer.toString(label));
        stream.add(Integer.toString(key), raw, false, i >= eventsEach / 6);
        silent[s] = random.nextInt(10) == 0;
        due[s] += (silent[s] ? 20 : 1) * pause(random);
      }
    }
    return stream;
  }

  /** Of mean 1. */
  private static double pause(SplittableRandom random) {
    return -StrictMath.log(1 - random.nextDouble());
  }

  private static int earliest(double[] due) {
    int earliest = 0;
    for (int i = 1; i < due.length; i++) {
      earliest = due[i] < due[earliest] ? i : earliest;
    }
    return earliest;
  }
}
