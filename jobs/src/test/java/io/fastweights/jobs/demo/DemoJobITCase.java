package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.demo.Flights.Flight;
import io.fastweights.jobs.pipeline.JobOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

class DemoJobITCase {
  @TempDir Path folder;

  /** Gives a test the options that a command would have. */
  static final class Options {
    @Mixin JobOptions job;
  }

  @Test
  void answersWithTheBitsOfMemoriesThatAreSteppedOneFlightAtATime() throws Exception {
    List<Flight> flights = Flights.january2001().subList(0, 6000);
    Timeline timeline = new Timeline(flights);
    Options options = new Options();
    new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs("--batch-size=31", "--cache-keys=32", "--linger=1ms");
    Outcomes outcomes = new Outcomes(flights);
    Progress silent = new Progress(new PrintWriter(PrintWriter.nullWriter()), false);
    DemoJob.run(DemoEvents.write(flights, timeline, folder), options.job, outcomes, silent);
    assertThat(outcomes.asked()).isEqualTo(6000);
    assertThat(outcomes.observed()).isEqualTo(6000);

    Map<String, AirportMemory> memories = new HashMap<>();
    for (int e = 0; e < timeline.size(); e++) {
      int f = timeline.flight(e);
      Flight flight = flights.get(f);
      AirportMemory memory =
          memories.computeIfAbsent(flight.origin(), origin -> AirportMemory.empty());
      if (timeline.asks(e)) {
        assertThat(outcomes.probabilities()[f])
            .as("flight %d from %s", f, flight.origin())
            .isEqualTo(memory.ask(flight.destination(), flight.hour()));
      } else {
        memory.observe(flight);
      }
    }
    memories.values().forEach(AirportMemory::close);
  }
}
