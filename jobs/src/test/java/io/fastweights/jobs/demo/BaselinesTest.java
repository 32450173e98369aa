package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselinesTest {
  private static final long HOUR = 3_600_000;

  /** Flights of an hour apart, 450 miles: an hour and a half under way if they are punctual. */
  private static Flight flight(int hour, int delay) {
    return new Flight(hour * HOUR, "AAA", "BBB", 450, delay);
  }

  @Test
  void learnsAFlightWhenItHasLandedAndNotBefore() {
    List<Flight> flights = List.of(flight(0, 60), flight(1, 0), flight(2, 0), flight(3, 0));
    float[] route = Baselines.predict(flights, new Timeline(flights)).get("route");
    // The first lands at 2:30, the second at 2:30 too, before the fourth departs.
    assertThat(route[0]).isEqualTo(0.2f);
    assertThat(route[1]).isEqualTo(0.2f);
    assertThat(route[2]).isEqualTo(0.2f);
    double afterFirst = 0.2 + 0.05 * 0.8;
    assertThat(route[3]).isEqualTo((float) (afterFirst - 0.05 * afterFirst), within(1e-7f));
  }

  @Test
  void predictsTheSameWhateverWillBecomeOfFlightsThatAreStillUnderWay() {
    Random random = new Random(3);
    List<Flight> flights = new ArrayList<>();
    String[] airports = {"AAA", "BBB", "CCC"};
    for (int i = 0; i < 300; i++) {
      flights.add(
          new Flight(
              i * HOUR / 5,
              airports[random.nextInt(3)],
              airports[random.nextInt(3)],
              100 + random.nextInt(2000),
              random.nextInt(60) - 20));
    }
    Flight changed = flights.get(100);
    List<Flight> others = new ArrayList<>(flights);
    others.set(
        100,
        new Flight(
            changed.departure(), changed.origin(), changed.destination(), changed.miles(), 600));
    Map<String, float[]> before = Baselines.predict(flights, new Timeline(flights));
    Map<String, float[]> after = Baselines.predict(others, new Timeline(others));
    boolean differs = false;
    for (int f = 0; f < flights.size(); f++) {
      for (String name : before.keySet()) {
        boolean same = before.get(name)[f] == after.get(name)[f];
        differs |= !same;
        if (flights.get(f).departure() < changed.landing()) {
          assertThat(same).as("%s of flight %d", name, f).isTrue();
        }
      }
    }
    assertThat(differs).isTrue();
  }

  @Test
  void reachesTheKnownFiguresOfJanuary2001() throws Exception {
    List<Flight> flights = Flights.january2001();
    int from = Flights.firstOf(flights, 15);
    Map<String, Double> known =
        Map.of(
            "hour", 0.583,
            "route", 0.634,
            "origin", 0.638,
            "destination", 0.650,
            "logistic", 0.658,
            "routeHour", 0.718);
    Map<String, float[]> predictions = Baselines.predict(flights, new Timeline(flights));
    assertThat(predictions.keySet()).containsExactlyInAnyOrderElementsOf(known.keySet());
    DemoScores scores = new DemoScores(flights, Map.of(), predictions, from);
    assertThat(scores.scored()).isEqualTo(279_501);
    known.forEach(
        (name, auc) ->
            assertThat(scores.of(name).auc().value()).as(name).isEqualTo(auc, within(0.005)));
  }
}
