package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final long MINUTE = 60_000;

  @Test
  void putsLandingsBeforeDeparturesOfTheSameTimeAndKeepsTheOrderOfFlights() {
    // 450 miles: an hour, and half an hour on the ground.
    List<Flight> flights =
        List.of(
            new Flight(0, "A", "B", 450, -5),
            new Flight(0, "B", "A", 450, 0),
            new Flight(90 * MINUTE, "A", "B", 450, 20));
    Timeline timeline = new Timeline(flights);
    assertThat(IntStream.range(0, timeline.size()).mapToObj(e -> event(timeline, e)).toList())
        .containsExactly(
            "0 ask 0", "0 ask 1", "90 observe 0", "90 observe 1", "90 ask 2", "200 observe 2");
  }

  private static String event(Timeline timeline, int e) {
    return timeline.time(e) / MINUTE
        + (timeline.asks(e) ? " ask " : " observe ")
        + timeline.flight(e);
  }

  @Test
  void hasEveryFlightTwiceInOrderOfTime() throws Exception {
    List<Flight> flights = Flights.january2001().subList(0, 20_000);
    Timeline timeline = new Timeline(flights);
    List<Integer> asked = new ArrayList<>();
    boolean[] landed = new boolean[flights.size()];
    for (int e = 0; e < timeline.size(); e++) {
      Flight flight = flights.get(timeline.flight(e));
      assertThat(timeline.time(e))
          .isEqualTo(timeline.asks(e) ? flight.departure() : flight.landing());
      assertThat(e == 0 || timeline.time(e) >= timeline.time(e - 1)).isTrue();
      if (timeline.asks(e)) {
        asked.add(timeline.flight(e));
      } else {
        assertThat(landed[timeline.flight(e)]).isFalse();
        landed[timeline.flight(e)] = true;
      }
    }
    assertThat(asked).isEqualTo(IntStream.range(0, flights.size()).boxed().toList());
    assertThat(landed).doesNotContain(false);
  }
}
