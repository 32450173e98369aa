package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The day of the month with the largest mean delay of the flights of one airport.
 *
 * @param airport of origin
 */
record WorstDay(String airport, int day) {
  private static final int LEAST_FLIGHTS = 150;

  /** Of the airports with many flights a day; empty where there is none. */
  static Optional<WorstDay> find(List<Flight> flights) {
    Map<WorstDay, double[]> sums = new HashMap<>();
    for (Flight flight : flights) {
      double[] sum =
          sums.computeIfAbsent(
              new WorstDay(flight.origin(), flight.dayOfMonth()), day -> new double[2]);
      sum[0]++;
      sum[1] += flight.delay();
    }
    return sums.keySet().stream()
        .filter(day -> sums.get(day)[0] >= LEAST_FLIGHTS)
        .max(Comparator.comparingDouble(day -> sums.get(day)[1] / sums.get(day)[0]));
  }
}
