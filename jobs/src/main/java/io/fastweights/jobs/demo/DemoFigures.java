package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.Flights.Flight;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the demo measured. */
final class DemoFigures {
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("memory", "fast weights, one memory an airport");
    TITLES.put("hour", "average by hour of day");
    TITLES.put("route", "average by route");
    TITLES.put("origin", "average by origin");
    TITLES.put("destination", "average by destination");
    TITLES.put("logistic", "online logistic regression on these");
    TITLES.put("routeHour", "average by route and hour");
  }

  private final Figures table = new Figures();

  /**
   * @param from the first flight that is scored
   */
  DemoFigures(
      List<Flight> flights,
      Outcomes outcomes,
      Map<String, float[]> baselines,
      DemoJob job,
      int from) {
    Scores memory = new Scores(flights, outcomes.probabilities(), from, flights.size());
    table.put("auc.memory", memory.auc());
    baselines.forEach(
        (name, predictions) ->
            table.put("auc." + name, new Scores(flights, predictions, from, flights.size()).auc()));
    table.put("logLoss.memory", memory.logLoss());
    table.put("brier.memory", memory.brier());
    table.put("scored", memory.size());
    table.put("asked", outcomes.asked());
    table.put("observed", outcomes.observed());
    table.put("malformed", outcomes.refused());
    table.put("seconds", job.seconds());
    table.put("eventsPerSecond", outcomes.events() / job.seconds());
    table.put("checkpoints", job.checkpoints().size());
    long largest = job.checkpoints().stream().mapToLong(Checkpoint::stateBytes).max().orElse(0);
    table.put("checkpointBytes", largest);
  }

  /** The figures by name, in order. */
  Figures table() {
    return table;
  }

  /** The models by name, each with what it is in words. */
  static Map<String, String> titles() {
    return TITLES;
  }

  double value(String name) {
    return table.get(name).doubleValue();
  }

  void print(PrintWriter out) {
    out.printf(Locale.ROOT, "%nAUC of %,d flights%n", table.get("scored").intValue());
    TITLES.forEach(
        (name, title) ->
            out.printf(
                Locale.ROOT, "  %-36s %.4f%n", title, table.get("auc." + name).doubleValue()));
    out.printf(
        Locale.ROOT,
        "%n%,d asked, %,d observed, %,d malformed; %.1f s, %,.0f events/s;"
            + " %d checkpoints of at most %,.1f MB%n",
        table.get("asked").intValue(),
        table.get("observed").intValue(),
        table.get("malformed").intValue(),
        table.get("seconds").doubleValue(),
        table.get("eventsPerSecond").doubleValue(),
        table.get("checkpoints").intValue(),
        table.get("checkpointBytes").doubleValue() / 1e6);
  }
}
