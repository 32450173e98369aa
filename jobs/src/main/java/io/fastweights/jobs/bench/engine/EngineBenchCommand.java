package io.fastweights.jobs.bench.engine;

import io.fastweights.jobs.bench.engine.EngineBenchmark.Settings;
import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench engine}: the CPU engine against PyTorch and the machine's floors. */
@Command(
    name = "engine",
    description = "Step attention layers on the CPU, in one thread.",
    footer = {
      "",
      "'of PyTorch': events per second over the best batch of the same steps in PyTorch, where",
      "the interpreter has it. 'of floor', for the memory update alone: cold, bytes of W that had to",
      "move over the rate of a copy; hot, multiply-adds that had to be done over the rate of",
      "multiply-adds from registers. All are measured in turns in this run.",
      "Below the table, fractions: c.hot, c.cold of the memory update in C, compiled by gcc where",
      "there is one; pass.cold of loads, a product and stores of the same rows; batch256 of the best",
      "batch on 256 memories. They end in the width of vectors where fastweights.vector.bits sets it."
    })
public final class EngineBenchCommand implements Callable<Integer> {
  private static final int MOST_ROUNDS = 1000;
  private static final long HEAP_PER_COLD_BYTE = 3;

  @Spec private CommandSpec command;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds, of which the median counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.2",
      description = "Processor time of each measurement in a round (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--cold-megabytes",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Memories of the cold runs (default: ${DEFAULT-VALUE}).")
  private int coldMegabytes;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "/usr/bin/python3",
      description = "Interpreter that may have PyTorch (default: ${DEFAULT-VALUE}).")
  private String python;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    check();
    PrintWriter out = command.commandLine().getOut();
    Path sources = Path.of(System.getProperty("fastweights.home", "."), "jobs/src/bench");
    Optional<TorchPeer> peer = TorchPeer.find(python, sources.resolve("pytorch_peer.py"));
    if (peer.isEmpty()) {
      out.println("no PyTorch (" + python + "): no ratios to it");
      out.flush();
    }
    Settings settings = new Settings(rounds, seconds, (long) coldMegabytes << 20);
    EngineReport report = EngineBenchmark.run(settings, peer, sources.resolve("delta_rule.c"));
    out.println(report.engine());
    out.print(report.table());
    if (report.keys().keySet().stream().noneMatch(key -> key.startsWith("c."))) {
      out.println("no gcc that compiles the memory step: no fractions of C");
    }
    report.keys().forEach((key, value) -> out.printf(Locale.ROOT, "%-24s %.2f%n", key, value));
    out.flush();
    Figures figures = new Figures();
    report.keys().forEach(figures::put);
    json.write(figures);
    return 0;
  }

  private void check() {
    Flags.require(
        command,
        rounds >= 1 && rounds <= MOST_ROUNDS,
        "--rounds is " + rounds + ", must be 1 ... 1000");
    Flags.require(
        command,
        seconds > 0 && seconds <= 60,
        "--seconds is " + seconds + ", must be above 0, at most 60");
    Flags.require(
        command,
        coldMegabytes >= 1,
        "--cold-megabytes is " + coldMegabytes + ", must be at least 1");
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    Flags.require(
        command,
        coldMegabytes * HEAP_PER_COLD_BYTE <= 2 * heap,
        "--cold-megabytes is "
            + coldMegabytes
            + ", the heap has "
            + heap
            + " MiB and must have half as much again: set FASTWEIGHTS_JVM_OPTS=-Xmx4g");
  }
}
