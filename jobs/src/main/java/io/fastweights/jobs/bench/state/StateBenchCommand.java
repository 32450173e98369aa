package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench state}: what it costs to keep a memory for each of many keys. */
@Command(
    name = "state",
    description = "Keep a memory for each of many keys in RocksDB, beside the naive way.",
    footer = {
      "",
      "The naive way keeps W in a value state, and reads, steps and writes it for every event, with",
      "the same engine, and leaves RocksDB's options as Flink has them; ours sets those that jobs of",
      "'run' have. Both ways take the same events (keys by Zipf's law, exponent 1), have the same",
      "bytes for memories (the naive way's are all RocksDB's), take an incremental checkpoint every",
      "second, run one subtask in a process of its own, and must give the same answers, bit for bit.",
      "The first quarter of a run is not counted. Bytes of a checkpoint are compared at the same rate",
      "of events, half of what the naive way reached; the median of the checkpoints counts."
    })
public final class StateBenchCommand implements Callable<Integer> {
  /** Parts of the benchmark. */
  enum Part {
    THROUGHPUT,
    CHECKPOINTS,
    SYNC,
    MILLION,
    HITS
  }

  @Spec private CommandSpec command;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "120",
      description =
          "Of each run of a job (default: ${DEFAULT-VALUE}); in fewer the naive way meets too few of"
              + " the keys.")
  private double seconds;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Of both ways in turn for throughput; the median counts (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Different keys of the events (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--many-keys",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Keys that are seen once each (default: ${DEFAULT-VALUE}).")
  private int manyKeys;

  @Option(
      names = "--dirty-keys",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Keys that a checkpoint must save (default: ${DEFAULT-VALUE}).")
  private int dirtyKeys;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "512",
      description = "Of each way, in MiB; 3/4 of ours are the cache (default: ${DEFAULT-VALUE}).")
  private int memory;

  @Option(
      names = "--incidents",
      paramLabel = "FILE",
      description = "The incident event log (UCI 498), zipped, for hit rates on it.")
  private Path incidents;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "Parts to measure: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "An option of Flink or of the memories, for both ways.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--quick",
      description = "A tenth of everything, once: to see it run, not to measure.")
  private boolean quick;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    check();
    PrintWriter out = command.commandLine().getOut();
    int share = quick ? 10 : 1;
    StateBenchmark benchmark =
        new StateBenchmark(
            new StateBenchmark.Settings(
                seconds / share,
                quick ? 1 : runs,
                keys / share,
                manyKeys / share,
                dirtyKeys / share,
                MemorySize.ofMebiBytes(memory),
                Configuration.fromMap(options)),
            out);
    StateReport report = new StateReport();
    try {
      measure(benchmark, report);
    } finally {
      // Print now: a later part may fail.
      out.print(report.table());
      out.flush();
      json.write(report.figures());
    }
    return 0;
  }

  private void measure(StateBenchmark benchmark, StateReport report) throws Exception {
    if (parts.contains(Part.HITS)) {
      benchmark.hits(report, incidents);
    }
    if (parts.contains(Part.THROUGHPUT) || parts.contains(Part.CHECKPOINTS)) {
      benchmark.throughput(report, parts.contains(Part.CHECKPOINTS));
    }
    if (parts.contains(Part.SYNC)) {
      benchmark.sync(report);
    }
    if (parts.contains(Part.MILLION)) {
      benchmark.million(report);
    }
  }

  private void check() {
    Flags.require(
        command,
        seconds >= 1 && seconds <= 3600,
        "--seconds is " + seconds + ", must be 1 ... 3600");
    Flags.require(command, runs >= 1 && runs <= 100, "--runs is " + runs + ", must be 1 ... 100");
    Flags.require(command, keys >= 1000, "--keys is " + keys + ", must be at least 1000");
    Flags.require(
        command, manyKeys >= 10_000, "--many-keys is " + manyKeys + ", must be at least 10000");
    Flags.require(
        command,
        dirtyKeys >= 1000 && dirtyKeys <= 20_000,
        "--dirty-keys is " + dirtyKeys + ", must be 1000 ... 20000");
    Flags.require(
        command,
        memory >= 128 && memory <= 4096,
        "--memory is " + memory + ", must be 128 ... 4096");
  }
}
