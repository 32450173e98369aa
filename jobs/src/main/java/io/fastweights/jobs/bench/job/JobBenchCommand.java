package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.MemorySize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench job}: how fast whole jobs are, from source to sink. */
@Command(
    name = "job",
    description = "Run whole jobs: events per second, latency, back-pressure, growth.",
    footer = {
      "",
      "THROUGHPUT runs the demo's job on its flights and a synthetic job (memories of 16 KiB, keys",
      "by Zipf's law) as fast as they go, by one subtask and by two, beside a value state that is",
      "read and written for every event. LATENCY runs the synthetic job at half the rate of one",
      "subtask; a time is taken from the moment at which an event was due at the source to the",
      "sink, so that what holds up the source counts. PRESSURE gives it a sink that is much slower",
      "than its source. GROWTH runs it with fewer keys, smaller and larger memories, two subtasks.",
      "",
      "Jobs keep RocksDB, the naive ones with Flink's own options for it, and take an incremental",
      "checkpoint every second. The first quarter of a run is not counted. Everything runs in one",
      "process: sources and sinks share its processors."
    })
public final class JobBenchCommand implements Callable<Integer> {
  /** Parts of the benchmark. */
  enum Part {
    THROUGHPUT,
    LATENCY,
    PRESSURE,
    GROWTH
  }

  private static final int LEAST_KEYS = 10_000;
  private static final int QUICK = 10;
  private static final int DAYS = 31;

  @Spec private CommandSpec command;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description = "Of each run of a job (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Of each job; the median counts (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--pressure-seconds",
      paramLabel = "S",
      defaultValue = "120",
      description = "How long the sink is slow (default: ${DEFAULT-VALUE}).")
  private double pressureSeconds;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Different keys of the synthetic job (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "512",
      description =
          "Of each job, in MiB; 3/4 of ours are the cache, of all subtasks together (default:"
              + " ${DEFAULT-VALUE}).")
  private int memory;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "Parts to measure: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--quick",
      description = "A tenth of everything, once: to see it run, not to measure.")
  private boolean quick;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    check();
    PrintWriter out = command.commandLine().getOut();
    int share = quick ? QUICK : 1;
    JobReport report = new JobReport();
    JobBenchmark benchmark =
        new JobBenchmark(
            new JobBenchmark.Settings(
                seconds / share,
                quick ? 1 : runs,
                pressureSeconds / share,
                keys / share,
                DAYS / share,
                MemorySize.ofMebiBytes(memory)),
            report,
            out);
    for (Part part : Part.values()) {
      if (parts.contains(part)) {
        measure(benchmark, part);
        out.print(report.table(part.name().toLowerCase(Locale.ROOT)));
        out.flush();
        // Write now: a later part may fail.
        json.write(report.figures());
      }
    }
    return 0;
  }

  private static void measure(JobBenchmark benchmark, Part part) throws Exception {
    switch (part) {
      case THROUGHPUT -> benchmark.throughput();
      case LATENCY -> benchmark.latency();
      case PRESSURE -> benchmark.pressure();
      case GROWTH -> benchmark.growth();
    }
  }

  private void check() {
    Flags.require(
        command,
        seconds >= 1 && seconds <= 3600,
        "--seconds is " + seconds + ", must be 1 ... 3600");
    Flags.require(command, runs >= 1 && runs <= 100, "--runs is " + runs + ", must be 1 ... 100");
    Flags.require(
        command,
        pressureSeconds >= 1 && pressureSeconds <= 36_000,
        "--pressure-seconds is " + pressureSeconds + ", must be 1 ... 36000");
    Flags.require(
        command, keys >= LEAST_KEYS, "--keys is " + keys + ", must be at least " + LEAST_KEYS);
    Flags.require(
        command, memory >= 64 && memory <= 4096, "--memory is " + memory + ", must be 64 ... 4096");
  }
}
