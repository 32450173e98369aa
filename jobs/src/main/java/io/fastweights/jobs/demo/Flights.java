package io.fastweights.jobs.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Flights in the order of their departure, which is the order of the file: {@code
 * time,origin,destination,distance,delay}.
 */
final class Flights {
  /** The flights of January 2001, by the US Bureau of Transportation Statistics. */
  private static final String RESOURCE = "flights-2001-01.csv.gz";

  /** A flight that arrives by more than this many minutes after its schedule is late. */
  static final int LATE_MINUTES = 15;

  private static final long MINUTE = 60_000;
  private static final double MILES_PER_MINUTE = 450 / 60.0;
  private static final double TAXI_MINUTES = 30;

  /**
   * @param departure in milliseconds since 1970-01-01, local time taken as UTC
   * @param miles between the airports
   * @param delay at arrival, in minutes; negative where it came early
   */
  record Flight(long departure, String origin, String destination, int miles, int delay) {
    boolean late() {
      return delay > LATE_MINUTES;
    }

    /** When its delay is known: at 450 miles an hour, half an hour on the ground, and the delay. */
    long landing() {
      double minutes = miles / MILES_PER_MINUTE + TAXI_MINUTES + Math.max(delay, 0);
      return departure + Math.round(minutes * MINUTE);
    }

    /** Hour of the departure. */
    int hour() {
      return (int) Math.floorMod(departure / (60 * MINUTE), 24L);
    }

    /** Monday is 1. */
    int weekday() {
      return time().getDayOfWeek().getValue();
    }

    int dayOfMonth() {
      return time().getDayOfMonth();
    }

    private LocalDateTime time() {
      return LocalDateTime.ofEpochSecond(departure / 1000, 0, ZoneOffset.UTC);
    }
  }

  private Flights() {}

  /** Place of the first flight of a day of the month, or of the first after it. */
  static int firstOf(List<Flight> flights, int dayOfMonth) {
    int first = 0;
    while (first < flights.size() && flights.get(first).dayOfMonth() < dayOfMonth) {
      first++;
    }
    return first;
  }

  /** The flights that come with the program. */
  static List<Flight> january2001() throws IOException {
    try (InputStream in = Flights.class.getResourceAsStream(RESOURCE)) {
      return read(new GZIPInputStream(in));
    }
  }

  static List<Flight> read(InputStream in) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
    reader.readLine();
    List<Flight> flights = new ArrayList<>(1 << 19);
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      String[] cells = line.split(",");
      long departure =
          LocalDateTime.parse(cells[0].replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC) * 1000;
      flights.add(
          new Flight(
              departure,
              cells[1].intern(),
              cells[2].intern(),
              Integer.parseInt(cells[3]),
              Integer.parseInt(cells[4])));
    }
    return flights;
  }
}
