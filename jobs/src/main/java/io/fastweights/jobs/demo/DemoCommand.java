package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.model.SlowWeights;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code fastweights demo}: half a million real flights, predicted with no training at all, and
 * once more by weights that were trained on the first two weeks.
 */
@Command(
    name = "demo",
    description = "Predict the delays of all US flights of January 2001, and write a report.",
    footer = {
      "",
      "Each airport has a memory. A flight is asked about when it departs: will it be late by more",
      "than 15 minutes? It is learned from when it has landed. Baselines live by the same rule.",
      "",
      "It runs twice: with no training at all, and with weights trained on 1 to 14 January, which",
      "come with the program. Memories start from zero both times."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int LAST_DAY = 31;
  private static final int LAST_PORT = 65_535;
  private static final int SCORE_FROM = 15;

  /** Options that {@code run} has not, or not with that meaning. */
  private static final Set<String> OWN = Set.of("--output", "--days", "--score-from", "--live");

  @Spec private CommandSpec command;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      defaultValue = "${sys:fastweights.work:-target}/demo",
      description = "Takes events, schema and report (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "31",
      description = "Only the first N days of the month (default: ${DEFAULT-VALUE}).")
  private int days;

  @Option(
      names = "--score-from",
      paramLabel = "DAY",
      description =
          "First day of the month that is scored (default: 15; with fewer --days, the first).")
  private Integer scoreFrom;

  @Option(
      names = "--live",
      arity = "0..1",
      paramLabel = "PORT",
      fallbackValue = "0",
      description =
          "Predict once, with no training and by 'run', and serve a page on it meanwhile, to browsers"
              + " of this machine alone (default: a free port, which is printed).")
  private Integer live;

  @Mixin private JsonFile json;

  @Mixin private JobOptions options;

  @Override
  public Integer call() throws Exception {
    int firstScored = check();
    PrintWriter out = command.commandLine().getOut();
    List<Flight> flights =
        Flights.january2001().stream().filter(flight -> flight.dayOfMonth() <= days).toList();
    Timeline timeline = new Timeline(flights);
    out.printf(
        Locale.ROOT,
        "%,d flights, each asked about at its departure and learned from at its landing%n",
        flights.size());
    out.flush();
    Path folder = output.toAbsolutePath().normalize();
    Path events = DemoEvents.write(flights, timeline, folder);
    if (live != null) {
      return runLive(events, folder);
    }
    Map<String, float[]> baselines = Baselines.predict(flights, timeline);
    Result memory;
    Result trained;
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster =
            new EmbeddedCluster(JobOptions.embedded(options.job(new Configuration()), work))) {
      out.println("with no training:");
      memory = run(cluster, events, null, flights);
      out.println("with trained weights:");
      trained = run(cluster, events, Flights.trained(), flights);
    }
    int from = Flights.firstOf(flights, firstScored);
    DemoScores scores =
        new DemoScores(
            flights,
            Map.of(
                "memory", memory.outcomes().probabilities(),
                "trained", trained.outcomes().probabilities()),
            baselines,
            from);
    DemoFigures figures = new DemoFigures(flights, memory, trained, scores, from);
    figures.print(out);
    json.write(figures.table());
    Path report = folder.resolve("report.html");
    new DemoReport(flights, timeline, memory, scores, figures, from).write(report);
    out.println("report: " + report);
    out.println("to watch it while it runs: ./fastweights demo --live");
    out.flush();
    return 0;
  }

  /** Runs the command that every other file takes, with the options of this one. */
  private int runLive(Path events, Path folder) {
    List<String> run =
        new ArrayList<>(
            List.of("run", "--events", events.toString(), "--live", live.toString(), "--schema"));
    run.add(events.resolveSibling("schema.json").toString());
    run.addAll(List.of("--output", folder.resolve("live").toString()));
    run.addAll(List.of("--report", folder.resolve("live.html").toString()));
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (!OWN.contains(option.longestName())) {
        option.originalStringValues().forEach(value -> run.add(option.longestName() + "=" + value));
      }
    }
    return command.parent().commandLine().execute(run.toArray(new String[0]));
  }

  /** Results of one model. */
  record Result(DemoJob job, Outcomes outcomes) {}

  private Result run(
      EmbeddedCluster cluster, Path events, SlowWeights weights, List<Flight> flights)
      throws Exception {
    PrintWriter out = command.commandLine().getOut();
    out.flush();
    Outcomes outcomes = new Outcomes(flights);
    Progress progress = new Progress(out, 2 * flights.size());
    DemoJob job = DemoJob.run(cluster, events, weights, outcomes, progress);
    if (outcomes.events() != 2 * flights.size()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d events went in, %d came out",
              2 * flights.size(),
              outcomes.events()));
    }
    return new Result(job, outcomes);
  }

  /** The first day that is scored. */
  private int check() {
    options.check();
    if (days < 1 || days > LAST_DAY) {
      throw wrong("--days is " + days + ", must be in 1 ... " + LAST_DAY);
    }
    if (live != null && (live < 0 || live > LAST_PORT)) {
      throw wrong("--live is " + live + ", must be in 0 ... " + LAST_PORT);
    }
    if (scoreFrom == null) {
      return days < SCORE_FROM ? 1 : SCORE_FROM;
    }
    if (scoreFrom < 1 || scoreFrom > days) {
      throw wrong("--score-from is " + scoreFrom + ", must be in 1 ... " + days);
    }
    return scoreFrom;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
