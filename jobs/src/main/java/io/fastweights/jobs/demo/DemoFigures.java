package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.DemoCommand.Result;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.report.Axis;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measurements of the demo. */
final class DemoFigures {
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("trained", "fast weights, trained");
    TITLES.put("memory", "fast weights, no training");
    TITLES.put("hour", "average by hour of day");
    TITLES.put("route", "average by route");
    TITLES.put("origin", "average by origin");
    TITLES.put("destination", "average by destination");
    TITLES.put("logistic", "online logistic regression");
    TITLES.put("routeHour", "average by route and hour");
  }

  private final Figures table = new Figures();
  private final DemoScores scores;
  private final boolean fair;

  /**
   * @param memory with no training
   * @param trained with trained weights
   * @param scores of every predictor
   * @param from the first flight that is scored
   */
  DemoFigures(List<Flight> flights, Result memory, Result trained, DemoScores scores, int from) {
    this.fair = flights.get(from).dayOfMonth() > Flights.LAST_TRAINED_DAY;
    this.scores = scores;
    Outcomes outcomes = memory.outcomes();
    TITLES.keySet().forEach(this::put);
    table.put("scored", scores.scored());
    table.put("asked", outcomes.asked());
    table.put("observed", outcomes.observed());
    table.put("malformed", outcomes.refused() + trained.outcomes().refused());
    put("", memory);
    put("trained.", trained);
  }

  private void put(String name) {
    DemoScores.Measures of = scores.of(name);
    table.put("auc." + name, of.auc().value());
    table.put("logLoss." + name, of.logLoss().value());
    table.put("brier." + name, of.brier().value());
  }

  private void put(String prefix, Result result) {
    DemoJob job = result.job();
    table.put(prefix + "seconds", job.seconds());
    table.put(prefix + "eventsPerSecond", result.outcomes().events() / job.seconds());
    table.put(prefix + "checkpoints", job.checkpoints().size());
    long largest = job.checkpoints().stream().mapToLong(Checkpoint::stateBytes).max().orElse(0);
    table.put(prefix + "checkpointBytes", largest);
  }

  /** True if no scored flight was in the training data. */
  boolean fair() {
    return fair;
  }

  /** The figures by name, in order. */
  Figures table() {
    return table;
  }

  /** The models by name, each with a description. */
  static Map<String, String> titles() {
    return TITLES;
  }

  double value(String name) {
    return table.get(name).doubleValue();
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT, "%nAUC of %,d flights (95%% interval)%n", table.get("scored").intValue());
    TITLES.forEach(
        (name, title) ->
            out.printf(
                Locale.ROOT,
                "  %-28s %s%n",
                title,
                scores.of(name).auc().interval().text(new Axis.Numbers("0.0000"))));
    String best = scores.best();
    for (String name : List.of("trained", "memory")) {
      out.printf(
          Locale.ROOT,
          "  %s is ahead of the %s on %d of %d days%n",
          TITLES.get(name),
          TITLES.get(best),
          scores.scoredDays().size() - scores.lostDays(name, best).size(),
          scores.scoredDays().size());
    }
    if (!fair) {
      out.println("  (the trained weights have seen some of these flights)");
    }
    out.printf(
        Locale.ROOT,
        "%n%,d asked, %,d observed, %,d malformed%n",
        table.get("asked").intValue(),
        table.get("observed").intValue(),
        table.get("malformed").intValue());
    print(out, "no training", "");
    print(out, "trained", "trained.");
  }

  private void print(PrintWriter out, String name, String prefix) {
    out.printf(
        Locale.ROOT,
        "%s: %.1f s, %,.0f events/s; %d checkpoints of at most %,.1f MB%n",
        name,
        value(prefix + "seconds"),
        value(prefix + "eventsPerSecond"),
        table.get(prefix + "checkpoints").intValue(),
        value(prefix + "checkpointBytes") / 1e6);
  }
}
