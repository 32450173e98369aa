package io.fastweights.jobs.bench.ask;

import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench ask}: how long a service waits for its answer. */
@Command(
    name = "ask",
    description = "Measure how long a service waits that asks by one topic and reads another.",
    footer = {
      "",
      "A broker and a job, 'fastweights run', each a process of its own, and the service in this one.",
      "Half of the messages ask, the others bring the label of an earlier ask. An answer's time counts",
      "from when its ask was due, so that a late sender hides nothing. Not counted are the first",
      "seconds of each run. A consumer that reads uncommitted messages has answers as they are",
      "written, and some again after a failure of the job; one that reads committed messages has",
      "them with the next checkpoint."
    })
public final class AskBenchCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--rates",
      split = ",",
      paramLabel = "N",
      defaultValue = "200,2000",
      description = "Messages a second, a run for each (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates;

  @Option(
      names = "--lingers",
      split = ",",
      paramLabel = "MS",
      defaultValue = "20,1",
      description = "fastweights.linger, a run for each (default: ${DEFAULT-VALUE}).")
  private List<Integer> lingers;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Of each run (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "10",
      description = "Seconds before that do not count (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--checkpoints",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Milliseconds between checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpoints;

  @Option(
      names = "--buffer-timeout",
      paramLabel = "MS",
      defaultValue = "100",
      description = "execution.buffer-timeout of the job (default: ${DEFAULT-VALUE}, as Flink's).")
  private int bufferTimeout;

  @Option(
      names = "--broker-lib",
      hidden = true,
      defaultValue = "${sys:fastweights.broker.lib:-jobs/broker/target/lib}",
      description = "Kafka's jars.")
  private Path lib;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    for (int rate : rates) {
      requireRange("--rates", rate, 1, 100_000);
    }
    for (int linger : lingers) {
      requireRange("--lingers", linger, 0, 10_000);
    }
    requireRange("--seconds", seconds, 1, 3600);
    requireRange("--warm-up", warmUp, 0, 3600);
    requireRange("--buffer-timeout", bufferTimeout, 0, 10_000);
    requireRange("--checkpoints", checkpoints, 10, 600_000);
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%-16s %10s %10s %10s %8s %8s %8s %8s%n",
        "isolation",
        "linger ms",
        "messages/s",
        "answers",
        "p50 ms",
        "p99 ms",
        "p99.9",
        "most");
    Figures figures = new Figures();
    for (Isolation isolation : Isolation.values()) {
      for (int linger : lingers) {
        for (int rate : rates) {
          AskBenchmark benchmark =
              new AskBenchmark(lib, isolation, linger, checkpoints, bufferTimeout);
          print(isolation, linger, rate, benchmark.run(rate, warmUp, seconds), out, figures);
        }
      }
    }
    json.write(figures);
    return 0;
  }

  private void requireRange(String option, int value, int least, int most) {
    Flags.require(
        command,
        value >= least && value <= most,
        String.format(Locale.ROOT, "%s is %d, must be %d ... %d", option, value, least, most));
  }

  private static void print(
      Isolation isolation,
      int linger,
      int rate,
      double[] millis,
      PrintWriter out,
      Figures figures) {
    double most = Arrays.stream(millis).max().orElse(Double.NaN);
    out.printf(
        Locale.ROOT,
        "%-16s %10d %10d %10d %8.1f %8.1f %8.1f %8.1f%n",
        isolation.level(),
        linger,
        rate,
        millis.length,
        Quantiles.of(millis, 0.5),
        Quantiles.of(millis, 0.99),
        Quantiles.of(millis, 0.999),
        most);
    out.flush();
    String name =
        String.format(Locale.ROOT, "ask.%s.linger%d.rate%d", isolation.level(), linger, rate);
    figures
        .put(name + ".answers", millis.length)
        .put(name + ".p50Millis", Quantiles.of(millis, 0.5))
        .put(name + ".p99Millis", Quantiles.of(millis, 0.99))
        .put(name + ".mostMillis", most);
  }
}
