package io.fastweights.jobs.bench.engine;

import io.fastweights.jobs.bench.engine.DriftBenchmark.Case;
import io.fastweights.jobs.bench.engine.DriftBenchmark.Drift;
import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench drift}: what rounding does to a memory of one key over many events. */
@Command(
    name = "drift",
    description = "Compare memories in fp32 and bf16 with the same recurrence in float64.",
    footer = {
      "",
      "One key learns labels 0 and 1: 'random' of one context, 'one' the label 1 alone, 'contexts'",
      "of 8 contexts, 'contexts.mostly-one' 1 for nine events of ten. 'answers' is the largest error",
      "of an answer in the second half of the events, 'probes' of an answer to one of 32 contexts",
      "that no event had. 'theory' is the standard deviation that independent roundings give the",
      "probes: the square root of their number, times half a unit in the last place."
    })
public final class DriftBenchCommand implements Callable<Integer> {
  private static final List<Long> EVENTS = List.of(30_000L, 1_000_000L, 10_000_000L);
  private static final long SEED = 1;

  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "10000000",
      description =
          "Most events; rows are at 30,000, 1,000,000 and 10,000,000 (default: ${DEFAULT-VALUE}).")
  private long events;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    long least = EVENTS.get(0);
    Flags.require(
        command, events >= least, "--events is " + events + ", must be at least " + least);
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%-20s %11s %-7s %9s %9s %10s %10s %10s%n",
        "labels",
        "events",
        "storage",
        "max |W|",
        "float64",
        "answers",
        "probes",
        "theory");
    Figures figures = new Figures();
    for (Case some : DriftBenchmark.CASES) {
      try (DriftBenchmark drift = new DriftBenchmark(some, SEED)) {
        for (long until : EVENTS) {
          if (until <= events) {
            drift.run(until).forEach(row -> print(out, figures, some, row));
          }
        }
      }
    }
    json.write(figures);
    return 0;
  }

  private static void print(PrintWriter out, Figures figures, Case some, Drift row) {
    out.printf(
        Locale.ROOT,
        "%-20s %,11d %-7s %9.3f %9.3f %10.2g %10.2g %10.2g%n",
        some.name(),
        row.events(),
        row.storage(),
        row.largest(),
        row.exact(),
        row.answers(),
        row.probes(),
        row.theory());
    out.flush();
    String key =
        some.name() + "." + row.storage().name().toLowerCase(Locale.ROOT) + "." + row.events();
    figures
        .put(key + ".largest", row.largest())
        .put(key + ".exact", row.exact())
        .put(key + ".answers", row.answers())
        .put(key + ".probes", row.probes())
        .put(key + ".theory", row.theory());
  }
}
