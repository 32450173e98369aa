package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The flights as event files, as for {@code fastweights run}. An ask has no {@code late}: no reader
 * of the file sees a label early.
 */
public final class DemoEvents {
  /** Column of a flight's index. */
  static final String FLIGHT = "flight";

  /**
   * Schema of an associative memory. The hour is a column and not taken from the event's time: a
   * landing is learned under the hour of its departure. Weekday and distance are left out: they
   * blur the keys, except with trained weights.
   */
  public static final Schema SCHEMA =
      new Schema(
          "origin",
          "time",
          "kind",
          List.of(
              new Field.Hashed("destination", 1024),
              new Field.Categorical(
                  "hour", IntStream.range(0, 24).mapToObj(Integer::toString).toList())),
          new Target.Binary("late", new Prior(List.of(Baselines.START), Prior.EVENTS)),
          EventFormat.DEFAULT.withId(FLIGHT));

  private DemoEvents() {}

  /** Writes the flights of the first days of the month as events; returns the events. */
  public static Path write(int days, Path folder) throws IOException {
    List<Flight> flights =
        Flights.january2001().stream().filter(flight -> flight.dayOfMonth() <= days).toList();
    return write(flights, new Timeline(flights), folder);
  }

  /** Writes {@code events.csv} and {@code schema.json}; returns the events. */
  static Path write(List<Flight> flights, Timeline timeline, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("schema.json"), SchemaJson.write(SCHEMA));
    Path events = folder.resolve("events.csv");
    try (BufferedWriter out = Files.newBufferedWriter(events)) {
      out.write("time,kind,flight,origin,late," + String.join(",", FlightFields.NAMES) + "\n");
      StringBuilder line = new StringBuilder();
      for (int event = 0; event < timeline.size(); event++) {
        line.setLength(0);
        write(flights.get(timeline.flight(event)), timeline, event, line);
        out.append(line);
      }
    }
    return events;
  }

  private static void write(Flight flight, Timeline timeline, int event, StringBuilder line) {
    boolean asks = timeline.asks(event);
    long time = timeline.time(event);
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(time, 1000L),
            (int) Math.floorMod(time, 1000L) * 1_000_000,
            ZoneOffset.UTC);
    line.append(local).append('Z');
    line.append(asks ? ",ask," : ",observe,").append(timeline.flight(event));
    line.append(',').append(flight.origin());
    line.append(',').append(asks ? "" : flight.late() ? "1" : "0");
    for (String field : FlightFields.NAMES) {
      String value = FlightFields.value(field, flight, asks);
      line.append(',').append(value == null ? "" : value);
    }
    line.append('\n');
  }
}
