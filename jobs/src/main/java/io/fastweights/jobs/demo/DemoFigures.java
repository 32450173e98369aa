package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.DemoCommand.Result;
import io.fastweights.jobs.flights.Flight;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measurements of the demo. */
final class DemoFigures {
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("trained", "fast weights, trained on 1-14 January");
    TITLES.put("memory", "fast weights, no training");
    TITLES.put("hour", "average by hour of day");
    TITLES.put("route", "average by route");
    TITLES.put("origin", "average by origin");
    TITLES.put("destination", "average by destination");
    TITLES.put("logistic", "online logistic regression on these");
    TITLES.put("routeHour", "average by route and hour");
  }

  private final Figures table = new Figures();
  private final boolean fair;

  /**
   * @param memory with no training
   * @param trained with trained weights
   * @param from the first flight that is scored
   */
  DemoFigures(
      List<Flight> flights,
      Result memory,
      Result trained,
      Map<String, float[]> baselines,
      int from) {
    this.fair = flights.get(from).dayOfMonth() > Flights.LAST_TRAINED_DAY;
    Outcomes outcomes = memory.outcomes();
    Scores scores = put("memory", flights, memory, from);
    put("trained", flights, trained, from);
    baselines.forEach(
        (name, predictions) ->
            table.put("auc." + name, new Scores(flights, predictions, from, flights.size()).auc()));
    table.put("scored", scores.size());
    table.put("asked", outcomes.asked());
    table.put("observed", outcomes.observed());
    table.put("malformed", outcomes.refused() + trained.outcomes().refused());
    put("", memory);
    put("trained.", trained);
  }

  private Scores put(String name, List<Flight> flights, Result result, int from) {
    float[] probabilities = result.outcomes().probabilities();
    Scores scores = new Scores(flights, probabilities, from, flights.size());
    table.put("auc." + name, scores.auc());
    table.put("logLoss." + name, scores.logLoss());
    table.put("brier." + name, scores.brier());
    return scores;
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
    out.printf(Locale.ROOT, "%nAUC of %,d flights%n", table.get("scored").intValue());
    TITLES.forEach(
        (name, title) ->
            out.printf(
                Locale.ROOT, "  %-38s %.4f%n", title, table.get("auc." + name).doubleValue()));
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
