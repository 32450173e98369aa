package io.fastweights.operator;

import io.fastweights.operator.sql.TripTables;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.Output;
import io.fastweights.operator.testkit.Output.Stream;
import io.fastweights.operator.testkit.PlainLoop;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/** Expected results of {@link WholeJob}, computed by plain loops. */
final class PlainWholeJob {
  private final PlainLoop sorted =
      new PlainLoop(WholeJob.setup(WholeJob.SORTED, WholeJob.LATENESS, Duration.ZERO));
  private final PlainLoop arrival =
      new PlainLoop(WholeJob.setup(WholeJob.ARRIVAL, null, WholeJob.TTL));
  private final Oracle live = WholeJob.SORTED.oracle();
  private final Oracle candidate = WholeJob.SORTED.oracle();
  private final Map<String, float[][]> asks = new HashMap<>();
  private final List<Trip> all = new ArrayList<>();
  private final boolean purges;

  /**
   * @param purges true if timers remove expired memories
   */
  PlainWholeJob(boolean purges) {
    this.purges = purges;
  }

  /** New weights for both: the live model and the candidate. */
  void refresh(Update serving, Update shadow) {
    sorted.update(serving);
    live.refresh(serving.weights());
    candidate.refresh(shadow.weights());
  }

  /** Processes the next trips; returns the output until the following ones. */
  List<String> answers(int count) throws Exception {
    int from = all.size();
    for (int place = from; place < from + count; place++) {
      all.add(WholeJob.trip(place));
      sorted.event(WholeJob.trip(place), true);
      arrival.event(WholeJob.trip(place), true);
      watermark(WholeJob.watermark(place));
    }
    return lines(from);
  }

  /** The same for the last trips, followed by the end of the input. */
  List<String> lastAnswers(int count) throws Exception {
    List<String> lines = new ArrayList<>(answers(count));
    watermark(Long.MAX_VALUE);
    lines.addAll(lines(all.size()));
    return lines;
  }

  private void watermark(long time) {
    sorted.watermark(time);
    if (purges) {
      arrival.watermark(time);
    }
  }

  private List<String> lines(int from) throws Exception {
    List<String> lines = new ArrayList<>();
    List<Output> outputs = sorted.take();
    for (Stream stream : List.of(Stream.PREDICTIONS, Stream.MALFORMED, Stream.LATE)) {
      lines.addAll(WholeJob.lines("sorted", stream, outputs));
    }
    lines.addAll(WholeJob.lines("scored", Stream.SCORED, outputs));
    for (String line : WholeJob.lines("", Stream.PREDICTIONS, outputs)) {
      compare(all.get((int) Answers.id(line.substring(1))), lines);
    }
    outputs = arrival.take();
    lines.addAll(WholeJob.lines("arrival", Stream.PREDICTIONS, outputs));
    lines.addAll(WholeJob.lines("arrival", Stream.MALFORMED, outputs));
    if (WholeJob.SQL) {
      sql(from, lines);
    }
    return lines;
  }

  private void compare(Trip trip, List<String> lines) {
    float[][] now = {live.predict(trip).values(), candidate.predict(trip).values()};
    String id = trip.key + " " + trip.label;
    if (trip.ask) {
      asks.put(id, now);
      return;
    }
    float[][] then = asks.remove(id);
    float[][] compared = then == null ? now : then;
    lines.add("compared " + WholeJob.compared(trip, then != null, compared[0], compared[1]));
  }

  private void sql(int from, List<String> lines) throws Exception {
    List<Trip> rows = new ArrayList<>();
    for (Trip trip : all) {
      if (!Trips.NOBODY.equals(trip.user)) {
        rows.add(WholeJob.trip(trip.id));
      }
    }
    TripTables.operatorAnswers(
            WholeJob.ARRIVAL.on(OperatorHarness.builder(new Configuration())), rows)
        .forEach(
            (id, line) -> {
              if (id >= from) {
                lines.add("sql " + id + " " + line);
              }
            });
  }
}
