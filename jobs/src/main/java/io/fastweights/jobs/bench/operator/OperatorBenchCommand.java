package io.fastweights.jobs.bench.operator;

import io.fastweights.jobs.bench.operator.OperatorTask.Cost;
import io.fastweights.jobs.bench.operator.OperatorTask.Subject;
import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench operator}: what an event costs beside the arithmetic. */
@Command(
    name = "operator",
    description = "Measure what an event costs the operator: encode, batch, find slots, emit.",
    footer = {
      "",
      "Memories are of 4 KiB, all of them in the cache, and the engine computes nothing. A source,",
      "the operator and a sink are one chain of a job with RocksDB and object reuse, in a process of",
      "its own. Counted are the CPU time of the task's thread and the bytes that it allocates on the",
      "Java heap: medians of the second half of the rounds. NOTHING is a keyed operator that passes",
      "events on, VECTORS are events of 64 floats with targets of 8, FIELDS are events of four fields",
      "and a target. The bytes include the output: the prediction with its arrays, and the copy of",
      "the event that it holds."
    })
public final class OperatorBenchCommand implements Callable<Integer> {
  private static final double MOST_NANOS = 1000;

  @Spec private CommandSpec command;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Different keys of the events (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "65536",
      description = "Of a round (default: ${DEFAULT-VALUE}).")
  private int events;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "200",
      description = "The second half counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--subjects",
      split = ",",
      paramLabel = "SUBJECT",
      description = "Parts to measure: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Subject> subjects = EnumSet.allOf(Subject.class);

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    Flags.require(
        command, keys >= 1 && keys <= 20_000, "--keys is " + keys + ", must be 1 ... 20000");
    Flags.require(
        command,
        events >= 1 && events <= 1_000_000,
        "--events is " + events + ", must be 1 ... 1000000");
    Flags.require(
        command,
        rounds >= 2 && rounds <= 10_000,
        "--rounds is " + rounds + ", must be 2 ... 10000");
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "%-10s %10s %10s%n", "per event", "CPU ns", "bytes");
    Figures figures = new Figures();
    for (Subject subject : subjects) {
      Cost cost = new OperatorTask(subject, keys, events, rounds).inOwnProcess(out);
      String name = subject.name().toLowerCase(Locale.ROOT);
      out.printf(
          Locale.ROOT,
          "%-10s %10.0f %10.0f%s%n",
          name,
          cost.nanos(),
          cost.bytes(),
          subject == Subject.NOTHING ? "" : cost.nanos() <= MOST_NANOS ? "  met" : "  short");
      out.flush();
      figures
          .put("operator." + name + ".nanos", cost.nanos())
          .put("operator." + name + ".bytes", cost.bytes());
    }
    json.write(figures);
    return 0;
  }
}
