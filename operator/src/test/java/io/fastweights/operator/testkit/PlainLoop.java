package io.fastweights.operator.testkit;

import io.fastweights.kernels.model.SlowModel;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Reference for a job: one arrival after the other, with lists and maps. {@link Oracle} computes
 * predictions and W.
 */
public final class PlainLoop implements Inputs {
  private final Setup setup;
  private final Oracle oracle;
  private final List<Trip> waiting = new ArrayList<>();
  private final Map<String, Prediction<Trip>> asks = new HashMap<>();
  private final Map<String, Integer> askedOn = new HashMap<>();
  private List<Output> outputs = new ArrayList<>();
  private long watermark = Long.MIN_VALUE;
  private long version;
  private int today;
  private int refreshes;
  private int forgotten;

  public PlainLoop(Setup setup) {
    this.setup = setup;
    oracle = setup.oracle();
  }

  @Override
  public void event(Trip trip, boolean stamped) {
    if (!setup.eventTime()) {
      answer(trip, stamped);
    } else if (!stamped) {
      outputs.add(Output.malformed(trip));
    } else if (trip.time <= watermark) {
      outputs.add(Output.late(trip));
    } else {
      waiting.add(trip);
    }
  }

  @Override
  public void watermark(long time) {
    watermark = time == Long.MAX_VALUE ? time : time - setup.latenessMillis();
    answerUntil(watermark);
    if (time < Long.MAX_VALUE) {
      oracle.purge(watermark);
    }
    mark(new Watermark(watermark));
  }

  private void answerUntil(long time) {
    waiting.sort(Comparator.comparingLong(trip -> trip.time));
    while (!waiting.isEmpty() && waiting.get(0).time <= time) {
      answer(waiting.remove(0), true);
    }
  }

  private void answer(Trip trip, boolean stamped) {
    if (oracle.forget(trip)) {
      forgotten++;
      return;
    }
    Prediction<Trip> predicted = oracle.predict(trip);
    if (predicted == null) {
      outputs.add(Output.malformed(trip));
      return;
    }
    Prediction<Trip> answer =
        new Prediction<>(
            trip,
            predicted.timestamp(),
            predicted.observed(),
            predicted.values(),
            predicted.recallError(),
            predicted.id(),
            setup.scores() && predicted.observed() ? setup.model().target(trip) : null,
            predicted.embedding(),
            version,
            predicted.seen(),
            predicted.ranking());
    outputs.add(Output.predicted(answer, stamped));
    if (setup.scores()) {
      score(answer, trip.key + " " + trip.label);
    }
  }

  private void score(Prediction<Trip> answer, String id) {
    if (answer.observed()) {
      Prediction<Trip> asked = asks.remove(id);
      Prediction<Trip> then = asked == null ? answer : asked;
      outputs.add(
          Output.scored(
              answer, asked != null, then.values(), then.timestamp(), rank(answer, then)));
    } else if (answer.id() != null) {
      asks.put(id, answer);
      askedOn.put(id, today);
    }
  }

  /** The place of what was taken in the ranking that was made then. */
  private static int rank(Prediction<Trip> answer, Prediction<Trip> then) {
    if (answer.ranking() == null || then.ranking().items().length == 0) {
      return Ranking.NONE;
    }
    int place = List.of(then.ranking().items()).indexOf(answer.ranking().taken());
    return place < 0 ? Ranking.ABSENT : place + 1;
  }

  @Override
  public void day() {
    today++;
    asks.keySet().removeIf(id -> askedOn.get(id) + Setup.LABEL_DAYS <= today);
  }

  @Override
  public void status(WatermarkStatus status) {
    mark(status);
  }

  private void mark(Object mark) {
    outputs.add(Output.mark(Output.Stream.PREDICTIONS, mark));
    if (setup.scores()) {
      outputs.add(Output.mark(Output.Stream.SCORED, mark));
    }
  }

  @Override
  public void update(Update update) {
    boolean fits =
        update.weights() != null
            && SlowModel.of(update.weights()).memory().equals(oracle.model().memory());
    if (update.weights() == null
        || update.message().version() <= version
        || !fits && !update.resets()) {
      outputs.add(Output.refused(update.message().path(), update.message().version()));
    } else {
      oracle.refresh(update.weights());
      version = update.message().version();
      refreshes++;
    }
  }

  /**
   * The job that goes on has seen no watermark if the last one of all came before the savepoint.
   */
  @Override
  public void stop(boolean drain) {
    if (drain) {
      watermark(Long.MAX_VALUE);
      end();
      watermark = Long.MIN_VALUE;
    }
  }

  /** Nothing waits any longer, whatever the last watermark was. */
  @Override
  public void end() {
    answerUntil(Long.MAX_VALUE);
  }

  /** Output since the last call. */
  public List<Output> take() {
    List<Output> taken = outputs;
    outputs = new ArrayList<>();
    return taken;
  }

  /** Number of times that the weights were replaced. */
  public int refreshes() {
    return refreshes;
  }

  /** Number of events that emptied the memory of their key. */
  public int forgotten() {
    return forgotten;
  }

  public Oracle oracle() {
    return oracle;
  }

  /** The keys of which an ask waits for its label. */
  public Set<String> keysAsked() {
    return asks.values().stream().map(ask -> ask.event().key).collect(Collectors.toSet());
  }
}
