package io.fastweights.jobs.flights;

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
 * A flight of the US Bureau of Transportation Statistics.
 *
 * @param departure in milliseconds since 1970-01-01, local time taken as UTC
 * @param miles between the airports
 * @param delay at arrival in minutes; negative where it came early
 */
public record Flight(long departure, String origin, String destination, int miles, int delay) {
  private static final int LATE_MINUTES = 15;
  private static final long MINUTE = 60_000;
  private static final int DAY_MINUTES = 1440;

  /** True if it arrived more than a quarter of an hour behind schedule. */
  public boolean late() {
    return delay > LATE_MINUTES;
  }

  /** When its delay is known: at 450 miles an hour, half an hour on the ground, and the delay. */
  public long landing() {
    return departure + Math.round((miles / 7.5 + 30 + Math.max(delay, 0)) * MINUTE);
  }

  /** Minute of the day of the departure. */
  int minute() {
    return (int) Math.floorMod(departure / MINUTE, (long) DAY_MINUTES);
  }

  /** Minute of the day at which it would have left to arrive on time. */
  public int dueMinute() {
    return Math.floorMod(minute() - delay, DAY_MINUTES);
  }

  /** Hour of the departure. */
  public int hour() {
    return minute() / 60;
  }

  /** Day of the week, Monday is 1. */
  public int weekday() {
    return time().getDayOfWeek().getValue();
  }

  public int dayOfMonth() {
    return time().getDayOfMonth();
  }

  private LocalDateTime time() {
    return LocalDateTime.ofEpochSecond(Math.floorDiv(departure, 1000L), 0, ZoneOffset.UTC);
  }

  /**
   * Reads {@code time,origin,destination,distance,delay} with a header, in gzip.
   *
   * @return in the order of the file
   */
  public static List<Flight> read(InputStream in) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(in, 1 << 16), StandardCharsets.UTF_8))) {
      reader.readLine();
      List<Flight> flights = new ArrayList<>(1 << 19);
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] c = line.split(",");
        LocalDateTime time = LocalDateTime.parse(c[0].replace(' ', 'T'));
        flights.add(
            new Flight(
                time.toEpochSecond(ZoneOffset.UTC) * 1000,
                c[1].intern(),
                c[2].intern(),
                Integer.parseInt(c[3]),
                Integer.parseInt(c[4])));
      }
      return flights;
    }
  }
}
