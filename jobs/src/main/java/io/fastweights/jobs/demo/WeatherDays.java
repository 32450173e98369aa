package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The day on which the flights of one airport were delayed most, and an ordinary day there.
 *
 * @param airport of origin
 * @param bad day of the month with the largest mean delay
 * @param ordinary day of the month with the median of the airport's mean delays
 */
record WeatherDays(String airport, int bad, int ordinary) {
  private static final int LEAST_FLIGHTS = 150;

  private record Day(String airport, int day) {}

  /** Of the airports with many flights a day; null where there is none. */
  static WeatherDays find(List<Flight> flights) {
    Map<Day, double[]> sums = new HashMap<>();
    for (Flight flight : flights) {
      double[] sum =
          sums.computeIfAbsent(new Day(flight.origin(), flight.dayOfMonth()), day -> new double[2]);
      sum[0]++;
      sum[1] += flight.delay();
    }
    List<Day> byDelay =
        sums.keySet().stream()
            .filter(day -> sums.get(day)[0] >= LEAST_FLIGHTS)
            .sorted(Comparator.comparingDouble(day -> sums.get(day)[1] / sums.get(day)[0]))
            .toList();
    if (byDelay.isEmpty()) {
      return null;
    }
    Day worst = byDelay.get(byDelay.size() - 1);
    List<Day> there =
        byDelay.stream().filter(day -> day.airport().equals(worst.airport())).toList();
    return new WeatherDays(worst.airport(), worst.day(), there.get(there.size() / 2).day());
  }
}
