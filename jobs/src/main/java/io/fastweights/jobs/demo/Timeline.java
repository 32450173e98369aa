package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import java.util.Arrays;
import java.util.List;

/**
 * Events in time order: an ask at each flight's departure, an observe at its landing. At equal
 * times landings precede departures; then the order of the flights counts.
 */
final class Timeline {
  private static final int FLIGHT_BITS = 24;
  private static final long FLIGHT_MASK = (1L << FLIGHT_BITS) - 1;

  /** Time since the first departure, then 0 for a landing or 1 for a departure, then the flight. */
  private final long[] events;

  private final long start;

  Timeline(List<Flight> flights) {
    if (flights.size() > FLIGHT_MASK) {
      throw new IllegalArgumentException(
          flights.size() + " flights, must be at most " + FLIGHT_MASK);
    }
    start = flights.isEmpty() ? 0 : flights.get(0).departure();
    events = new long[2 * flights.size()];
    for (int f = 0; f < flights.size(); f++) {
      Flight flight = flights.get(f);
      events[2 * f] = pack(flight.departure(), true, f);
      events[2 * f + 1] = pack(flight.landing(), false, f);
    }
    Arrays.sort(events);
  }

  private long pack(long time, boolean ask, int flight) {
    return ((time - start) << (FLIGHT_BITS + 1)) | (ask ? 1L << FLIGHT_BITS : 0) | flight;
  }

  int size() {
    return events.length;
  }

  /** When it happens, in milliseconds. */
  long time(int event) {
    return start + (events[event] >> (FLIGHT_BITS + 1));
  }

  /** True if the flight departs; false if it has landed. */
  boolean asks(int event) {
    return (events[event] >> FLIGHT_BITS & 1) == 1;
  }

  /** Its place among the flights. */
  int flight(int event) {
    return (int) (events[event] & FLIGHT_MASK);
  }
}
