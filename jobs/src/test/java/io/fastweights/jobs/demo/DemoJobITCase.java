package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.experiment.flights.FlightSequences;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.Scoring;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
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

  private Outcomes run(List<Flight> flights, SlowWeights weights) throws Exception {
    Options options = new Options();
    new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs("--batch-size=31", "--cache-size=1kb", "--linger=1ms");
    Outcomes outcomes = new Outcomes(flights);
    Progress silent = new Progress(new PrintWriter(PrintWriter.nullWriter()), 1);
    Path events = DemoEvents.write(flights, new Timeline(flights), folder);
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster =
            new EmbeddedCluster(JobOptions.embedded(options.job.job(new Configuration()), work))) {
      DemoJob.run(cluster, events, weights, outcomes, silent);
    }
    assertThat(outcomes.asked()).isEqualTo(flights.size());
    assertThat(outcomes.observed()).isEqualTo(flights.size());
    return outcomes;
  }

  @Test
  void answersWithTrainedWeightsAsTheEvaluationScoresThem() throws Exception {
    List<Flight> flights = Flights.january2001().subList(0, 6000);
    SlowWeights weights = Flights.trained();
    Outcomes outcomes = run(flights, weights);

    List<EventSequence> sequences = FlightSequences.build(flights, weights.schema());
    float[][] logits = Scoring.outputs(weights, sequences, 2);
    for (int i = 0; i < logits.length; i++) {
      String origin = sequences.get(i).key();
      int[] departures =
          IntStream.range(0, flights.size())
              .filter(f -> flights.get(f).origin().equals(origin))
              .toArray();
      assertThat(logits[i]).hasSameSizeAs(departures);
      for (int n = 0; n < departures.length; n++) {
        assertThat(outcomes.probabilities()[departures[n]])
            .as("flight %d from %s", departures[n], origin)
            .isCloseTo((float) (1 / (1 + Math.exp(-logits[i][n]))), within(1e-5f));
      }
    }
  }

  @Test
  void answersWithTheBitsOfMemoriesThatAreSteppedOneFlightAtATime() throws Exception {
    List<Flight> flights = Flights.january2001().subList(0, 6000);
    Timeline timeline = new Timeline(flights);
    Outcomes outcomes = run(flights, null);

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
