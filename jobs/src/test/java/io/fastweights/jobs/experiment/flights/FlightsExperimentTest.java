package io.fastweights.jobs.experiment.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.FlightFields;
import io.fastweights.jobs.flights.FlightSetup;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flights experiment on a made-up January. */
class FlightsExperimentTest {
  @TempDir Path folder;

  @Test
  void aFlightIsAskedAtItsDepartureAndObservedAtItsLanding() throws Exception {
    Path file = folder.resolve("flights.csv.gz");
    write(
        file,
        """
        2001-01-02 23:50,AAA,BBB,300,40
        2001-01-03 00:10,AAA,CCC,75,-5
        2001-01-03 00:15,BBB,AAA,300,0
        """);
    List<Flight> flights = read(file);
    assertThat(flights.get(0).late()).isTrue();
    assertThat(flights.get(0).dueMinute()).isEqualTo(23 * 60 + 10);
    assertThat(flights.get(1).dueMinute()).isEqualTo(15);
    assertThat(flights.get(1).landing() - flights.get(1).departure()).isEqualTo(40 * 60_000);

    List<EventSequence> sequences =
        FlightSequences.build(flights, FlightFields.schema(flights, FlightSetup.SMALL));

    assertThat(sequences).extracting(EventSequence::key).containsExactly("AAA", "BBB");
    EventSequence first = sequences.get(0);
    // The second flight lands at 00:50, the first at 23:50 + 40 + 30 + 40 minutes.
    assertThat(first.asks()).containsExactly(true, true, false, false);
    assertThat(first.labels()).containsExactly(1, 0, Float.NaN, Float.NaN);
    assertThat(first.times()[3] - first.times()[0]).isEqualTo(110 * 60_000);
  }

  @Test
  void trainedWeightsFindTheLateFlightsOfEachAirport() throws Exception {
    Path file = folder.resolve("january.csv.gz");
    write(file, january());
    List<Flight> flights = read(file);
    FlightSetup setup = new FlightSetup(FlightSetup.model(32, 16, 1), 2048, 4);
    TrainOptions options = FlightsExperiment.options(setup).lanes(4).threads(2).build();
    FlightsExperiment.Result result =
        FlightsExperiment.run(flights, setup, options, 2, report -> {});
    assertThat(result.warm().get("auc")).isGreaterThan(0.85);
    assertThat(result.cold().get("auc")).isBetween(0.6, result.warm().get("auc"));
    assertThat(
            FlightsExperiment.second(flights, setup, result.weights(), options, report -> {})
                .get("auc"))
        .as("with the destinations' memories after those of the origins")
        .isGreaterThan(0.85);
    // Hand-made features know the route's hour too.
    assertThat(FlightsExperiment.baselines(flights, 1).network()).isGreaterThan(0.85);
  }

  @Test
  void flightsOfAnotherMonthAreRefusedBeforeTheTraining() {
    TrainOptions options = FlightsExperiment.options(FlightSetup.SMALL).build();
    for (String time : List.of("2001-01-03T10:00:00Z", "2001-02-03T10:00:00Z")) {
      long departure = Instant.parse(time).toEpochMilli();
      List<Flight> flights = List.of(new Flight(departure, "AAA", "BBB", 300, 0));
      assertThatThrownBy(
              () -> FlightsExperiment.run(flights, FlightSetup.SMALL, options, 0, report -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of 1 flights depart from 15 January 2001 on");
    }
  }

  /** Lateness is an airport's own function of destination and hour. */
  private static String january() {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder lines = new StringBuilder();
    for (int day = 1; day <= 18; day++) {
      for (int hour = 6; hour < 22; hour += 4) {
        for (int from = 0; from < 6; from++) {
          for (int to = 0; to < 6; to++) {
            boolean late = new SplittableRandom(from * 1000 + to * 50 + hour).nextInt(3) == 0;
            int delay = (late ? 40 : 0) + random.nextInt(8);
            lines.append(
                String.format(
                    Locale.ROOT,
                    "2001-01-%02d %02d:%02d,A%d,B%d,300,%d\n",
                    day,
                    hour,
                    6 * from + to,
                    from,
                    to,
                    delay));
          }
        }
      }
    }
    return lines.toString();
  }

  private static List<Flight> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Flight.read(in);
    }
  }

  private static void write(Path file, String lines) throws IOException {
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write("time,origin,destination,distance,delay\n" + lines);
    }
  }
}
