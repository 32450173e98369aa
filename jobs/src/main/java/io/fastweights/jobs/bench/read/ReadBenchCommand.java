package io.fastweights.jobs.bench.read;

import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.bench.read.ReadBenchmark.Cost;
import io.fastweights.jobs.bench.read.ReadBenchmark.Reading;
import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench read}: how fast events are read, beside the libraries alone. */
@Command(
    name = "read",
    description = "Read the demo's events from CSV and JSON lines, in one thread.",
    footer = {
      "",
      "'alone' is the least that such a file takes with a well-known library: FastCSV makes a string",
      "of each cell; Jackson makes one of each value, with a streaming parser for each line.",
      "'parsed' adds what a job needs of an event: the line's number and text, columns, key, time,",
      "ask or observe; JSON is checked for names that stand twice. 'encoded' adds the input and the",
      "target of the demo's memory.",
      "",
      "'events/s' is by processor time, the garbage collector's included. 'time' is a multiple of the",
      "library's in the same round. 'bytes' are allocated for an event. The median of the rounds",
      "counts, after one to warm up."
    })
public final class ReadBenchCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "31",
      description = "Days of the demo that are read (default: ${DEFAULT-VALUE}).")
  private int days;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds, of which the median counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description =
          "Least time of a reading in a round; the file is read whole (default:"
              + " ${DEFAULT-VALUE}).")
  private double seconds;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    Flags.require(command, days >= 1 && days <= 31, "--days is " + days + ", must be 1 ... 31");
    Flags.require(
        command, rounds >= 1 && rounds <= 1000, "--rounds is " + rounds + ", must be 1 ... 1000");
    Flags.require(
        command,
        seconds > 0 && seconds <= 60,
        "--seconds is " + seconds + ", must be above 0, at most 60");
    Map<Reading, Cost[]> costs = measure();
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "%-26s %12s %6s %7s%n", "", "events/s", "time", "bytes");
    Figures figures = new Figures();
    for (Reading reading : Reading.values()) {
      Cost[] own = costs.get(reading);
      Cost[] alone = costs.get(reading.alone());
      double rate = 1e9 / median(i -> own[i].nanos());
      double time = median(i -> own[i].nanos() / alone[i].nanos());
      double bytes = median(i -> own[i].bytes());
      out.printf(Locale.ROOT, "%-26s %,12.0f %6.2f %,7.0f%n", reading, rate, time, bytes);
      String name = reading.name().toLowerCase(Locale.ROOT).replace('_', '.');
      figures
          .put(name + ".eventsPerSecond", rate)
          .put(name + ".time", time)
          .put(name + ".bytesPerEvent", bytes);
    }
    out.flush();
    json.write(figures);
    return 0;
  }

  private Map<Reading, Cost[]> measure() throws Exception {
    Map<Reading, Cost[]> costs = new EnumMap<>(Reading.class);
    Arrays.stream(Reading.values()).forEach(reading -> costs.put(reading, new Cost[rounds]));
    try (ReadBenchmark benchmark = new ReadBenchmark(days)) {
      for (Reading reading : Reading.values()) {
        benchmark.measure(reading, seconds);
      }
      for (int round = 0; round < rounds; round++) {
        for (Reading reading : Reading.values()) {
          costs.get(reading)[round] = benchmark.measure(reading, seconds);
        }
      }
    }
    return costs;
  }

  private double median(IntToDoubleFunction ofRound) {
    return Quantiles.of(IntStream.range(0, rounds).mapToDouble(ofRound).toArray(), 0.5);
  }
}
