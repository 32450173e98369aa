package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Drift;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.ScorerHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to asks, scored against the labels that come later. */
@SuppressWarnings("try") // a harness may be interrupted when it closes
class ScorerTest {
  private static final Duration TTL = Duration.ofMillis(1600);
  private static final long STEP = 100;

  private static ScorerHarness harness(String backend) throws Exception {
    FastWeightStream<Trip> stream =
        TestModel.ASSOCIATIVE
            .on(OperatorHarness.builder(new Configuration()))
            .set(FastWeightOptions.LABELS_TTL, TTL)
            .build();
    return new ScorerHarness(stream, OperatorHarness.backend(backend), 1, 0);
  }

  private static List<String> lines(ScorerHarness harness) {
    return harness.extractOutputValues().stream().map(ScorerTest::line).toList();
  }

  private static String line(Scored<Trip> scored) {
    return String.format(
        Locale.ROOT,
        "%d %s asked %s: %s at %d, %s at %d",
        scored.event().id,
        scored.id(),
        scored.asked(),
        scored.predicted()[0],
        scored.predictedAt(),
        scored.target()[0],
        scored.answeredAt());
  }

  private static Prediction<Trip> ask(long place, String key, String id, float p) {
    return prediction(place, key, id, p, false);
  }

  private static Prediction<Trip> observe(long place, String key, String id, float p) {
    return prediction(place, key, id, p, true).labelled(id, new float[] {1, 0, 0});
  }

  private static Prediction<Trip> prediction(
      long place, String key, String id, float p, boolean observed) {
    Trip trip = new Trip(place, key, Trips.START + place);
    float[] values = {p, 1 - p, 0};
    return new Prediction<>(trip, trip.time, observed, values, 0.5f).labelled(id, null);
  }

  @Test
  void anAskIsScoredWhenItsLabelComes() throws Exception {
    try (ScorerHarness harness = harness("hashmap")) {
      harness.open();
      harness.processElement(ask(1, "k", "a", 0.25f), 1);
      harness.processElement(observe(2, "other", "a", 0.5f), 2);
      harness.processElement(observe(3, "k", "b", 0.75f), 3);
      harness.processElement(observe(4, "k", "a", 0.125f), 4);
      harness.processElement(observe(5, "k", "a", 0.0625f), 5);
      harness.processElement(observe(6, "k", null, 0.5f), 6);
      long start = Trips.START;
      assertThat(lines(harness))
          .containsExactly(
              String.format(
                  Locale.ROOT, "2 a asked false: 0.5 at %d, 1.0 at %d", start + 2, start + 2),
              String.format(
                  Locale.ROOT, "3 b asked false: 0.75 at %d, 1.0 at %d", start + 3, start + 3),
              String.format(
                  Locale.ROOT, "4 a asked true: 0.25 at %d, 1.0 at %d", start + 1, start + 4),
              String.format(
                  Locale.ROOT, "5 a asked false: 0.0625 at %d, 1.0 at %d", start + 5, start + 5),
              String.format(
                  Locale.ROOT, "6 null asked false: 0.5 at %d, 1.0 at %d", start + 6, start + 6));
    }
  }

  @Test
  void anAskIsForgottenAfterItsTimeToLiveAndLeavesNothingBehind() throws Exception {
    try (ScorerHarness harness = harness("hashmap")) {
      harness.open();
      harness.setProcessingTime(30);
      harness.processElement(ask(1, "k", "a", 0.25f), 1);
      harness.processElement(ask(2, "k", "b", 0.25f), 2);
      assertThat(harness.numProcessingTimeTimers()).as("they expire together").isEqualTo(1);
      harness.setProcessingTime(30 + TTL.toMillis());
      harness.processElement(observe(3, "k", "a", 0.5f), 3);
      harness.setProcessingTime(TTL.toMillis() + STEP);
      harness.processElement(observe(4, "k", "b", 0.5f), 4);
      assertThat(harness.extractOutputValues())
          .extracting(Scored::asked)
          .containsExactly(true, false);
      assertThat(harness.entriesOnHeap()).isZero();
      assertThat(harness.numProcessingTimeTimers()).isZero();
    }
  }

  /** Guesses nothing; counts the events that empty the memory of their key. */
  private static final class Forgetting implements Beside<Trip> {
    private static final long serialVersionUID = 1L;
    private static int forgotten;

    @Override
    public void initialize(FunctionInitializationContext state, RuntimeContext context) {
      forgotten = 0;
    }

    @Override
    public float[] guess(Prediction<Trip> prediction) {
      return new float[0];
    }

    @Override
    public void score(Scored<Trip> scored, float[] guesses) {}

    @Override
    public void learn(Prediction<Trip> observed) {}

    @Override
    public void forget() {
      forgotten++;
    }

    @Override
    public double advantage() {
      return Double.NaN;
    }

    @Override
    public void snapshot() {}
  }

  @Test
  void aKeyThatIsForgottenWaitsForNoLabel() throws Exception {
    FastWeightStream<Trip> stream =
        TestModel.ASSOCIATIVE
            .on(OperatorHarness.builder(new Configuration()))
            .beside(new Forgetting())
            .build();
    try (ScorerHarness harness =
        new ScorerHarness(stream, OperatorHarness.backend("hashmap"), 1, 0)) {
      harness.open();
      harness.processElement(ask(1, "k", "a", 0.25f), 1);
      harness.processElement(ask(2, "k", "b", 0.25f), 2);
      harness.processElement(ask(3, "other", "a", 0.25f), 3);
      harness.processElement(Forgotten.mark(new Trip(4, "k", Trips.START + 4)), 4);
      assertThat(harness.entriesOnHeap()).isEqualTo(1);
      assertThat(harness.numProcessingTimeTimers()).isEqualTo(1);
      assertThat(Forgetting.forgotten).isEqualTo(1);
      harness.processElement(observe(5, "k", "a", 0.5f), 5);
      harness.processElement(observe(6, "other", "a", 0.5f), 6);
      assertThat(harness.extractOutputValues())
          .extracting(Scored::asked)
          .containsExactly(false, true);
    }
  }

  /** A plain map of asks, with restarts between. */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void anyScheduleIsScoredAsByAPlainMap(String backend) throws Exception {
    for (int run = 0; run < (backend.equals("rocksdb") ? 1 : 4); run++) {
      long seed = Seeds.seed(200 + run);
      SplittableRandom random = new SplittableRandom(seed);
      Map<String, Prediction<Trip>> asked = new HashMap<>();
      Map<String, Long> expires = new HashMap<>();
      List<String> expected = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      long now = 0;
      ScorerHarness harness = harness(backend);
      harness.open();
      for (int place = 0; place < 200; place++) {
        String key = "k" + random.nextInt(3);
        String id = random.nextInt(8) == 0 ? null : "i" + random.nextInt(6);
        float p = random.nextInt(64) / 64f;
        switch (random.nextInt(8)) {
          case 0 -> {
            now += random.nextInt(900);
            harness.setProcessingTime(now);
            long time = now;
            asked.keySet().removeIf(name -> expires.get(name) <= time);
          }
          case 1 -> {
            OperatorSubtaskState state = harness.snapshot(1, 1);
            lines.addAll(lines(harness));
            harness.close();
            harness = harness(backend);
            harness.setProcessingTime(now);
            harness.initializeState(state);
            harness.open();
          }
          case 2, 3, 4 -> {
            Prediction<Trip> ask = ask(place, key, id, p);
            harness.processElement(ask, place);
            if (id != null) {
              asked.put(key + id, ask);
              expires.put(key + id, (now + TTL.toMillis() + STEP - 1) / STEP * STEP);
            }
          }
          default -> {
            Prediction<Trip> observe = observe(place, key, id, p);
            harness.processElement(observe, place);
            Prediction<Trip> earlier = asked.remove(key + id);
            Prediction<Trip> then = earlier == null ? observe : earlier;
            expected.add(
                String.format(
                    Locale.ROOT,
                    "%d %s asked %s: %s at %d, 1.0 at %d",
                    place,
                    id,
                    earlier != null,
                    then.values()[0],
                    then.timestamp(),
                    observe.timestamp()));
          }
        }
      }
      lines.addAll(lines(harness));
      harness.close();
      assertThat(lines).as("run %d, %s", run, Seeds.replay(seed)).isEqualTo(expected);
      assertThat(expected).anyMatch(line -> line.contains("asked true"));
    }
  }

  @Test
  void aModelThatBecomesWrongIsReportedAsDrift() throws Exception {
    try (ScorerHarness harness = harness("hashmap")) {
      harness.open();
      SplittableRandom random = new SplittableRandom(3);
      for (int place = 0; place < 1000; place++) {
        float p = (place < 500 ? 0.7f : 0.1f) + 0.1f * (float) random.nextDouble();
        harness.processElement(observe(place, "k", null, p), place);
      }
      List<Drift> drifts = harness.drifts();
      assertThat(drifts).isNotEmpty();
      Drift drift = drifts.get(0);
      assertThat(drift.signal()).isEqualTo(Drift.Signal.LOSS);
      assertThat(drift.timestamp() - Trips.START).isBetween(500L, 600L);
      assertThat(drift.before()).isCloseTo(0.25 * 0.25, within(0.02));
      assertThat(drift.after()).isGreaterThan(0.3);
      assertThat(drift.events()).isBetween(5L, 200L);
      assertThat(drifts)
          .as("recall errors stay")
          .extracting(Drift::signal)
          .containsOnly(Drift.Signal.LOSS);
    }
  }

  @Test
  void aModelThatLearnsIsNoDrift() throws Exception {
    try (ScorerHarness harness = harness("hashmap")) {
      harness.open();
      SplittableRandom random = new SplittableRandom(5);
      for (int place = 0; place < 4000; place++) {
        float p = 0.9f - 0.6f * (float) Math.exp(-place / 500.0);
        harness.processElement(
            observe(place, "k", null, p + 0.1f * (float) random.nextDouble()), place);
      }
      assertThat(harness.drifts()).isEmpty();
    }
  }
}
