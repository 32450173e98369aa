package io.fastweights.operator.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.AnomalyHarness;
import io.fastweights.operator.testkit.KeyedHarness;
import io.fastweights.operator.testkit.OperatorHarness;
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
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator that rates the errors of each key. */
@SuppressWarnings("try") // a harness may be interrupted when it closes
class ErrorRatingTest {
  private static final double RATE = 0.01;
  private static final Duration TTL = Duration.ofMinutes(16);
  private static final int KEYS = 5;

  private static FastWeightStream<Trip> classes() {
    return TestModel.ASSOCIATIVE
        .on(OperatorHarness.builder(new Configuration()))
        .set(FastWeightOptions.FALSE_ALARM_RATE, RATE)
        .set(FastWeightOptions.TTL, TTL)
        .build();
  }

  private static Prediction<Trip> observe(long place, String key, float error, long seen) {
    Trip trip = new Trip(place, key, Trips.START + place);
    float[] values = {0.5f, 0.5f, 0};
    float[] target = {1, 0, 0};
    return new Prediction<>(trip, trip.time, true, values, error, null, target, null, 0, seen);
  }

  private static String line(long place, double anomaly, boolean alarm) {
    return String.format(
        Locale.ROOT, "%d %016x %s", place, Double.doubleToLongBits(anomaly), alarm);
  }

  private static List<String> lines(AnomalyHarness harness) {
    return harness.extractOutputValues().stream()
        .map(rated -> line(rated.prediction().event().id, rated.anomaly(), rated.isAnomaly()))
        .toList();
  }

  /** So many predictions of several keys; one in fifty has a large error. */
  private static List<Prediction<Trip>> predictions(SplittableRandom random, int count) {
    List<Prediction<Trip>> all = new ArrayList<>();
    for (int place = 0; place < count; place++) {
      float error = (float) random.nextDouble() * (random.nextInt(50) == 0 ? 1000 : 1);
      String key = "k" + random.nextInt(KEYS);
      all.add(observe(place, key, random.nextInt(100) == 0 ? Float.NaN : error, 1));
    }
    return all;
  }

  /** The reference: statistics in plain arrays. */
  private static List<String> expected(List<Prediction<Trip>> predictions) {
    AnomalyDetector detector = new AnomalyDetector(RATE);
    Map<String, double[]> states = new HashMap<>();
    List<String> lines = new ArrayList<>();
    for (Prediction<Trip> prediction : predictions) {
      double[] state =
          states.computeIfAbsent(prediction.event().key, key -> AnomalyDetector.start());
      double anomaly = detector.add(prediction.recallError(), state);
      lines.add(line(prediction.event().id, anomaly, AnomalyDetector.isAlarm(state)));
    }
    return lines;
  }

  private static int subtask(Prediction<Trip> prediction, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        prediction.event().key, KeyedHarness.MAX_PARALLELISM, parallelism);
  }

  @Test
  void nothingIsLeftOfAKeyThatIsForgotten() throws Exception {
    try (AnomalyHarness harness = new AnomalyHarness(classes(), "hashmap", 1, 0)) {
      harness.open();
      harness.processElement(observe(1, "k", 0.5f, 0), 1);
      harness.processElement(observe(2, "other", 0.5f, 0), 2);
      assertThat(harness.entriesOnHeap()).isEqualTo(2);
      harness.processElement(Forgotten.mark(new Trip(3, "k", Trips.START + 3)), 3);
      assertThat(harness.entriesOnHeap()).isEqualTo(1);
      assertThat(harness.extractOutputValues()).hasSize(2);
    }
  }

  /**
   * Snapshots, failures that take the job back to the last one, and other parallelisms, at random.
   */
  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void theBitsAreTheSameThroughFailuresAndRescaling(String backend) throws Exception {
    long seed = Seeds.seed(400);
    SplittableRandom random = new SplittableRandom(seed);
    List<Prediction<Trip>> predictions =
        predictions(random, backend.equals("rocksdb") ? 700 : 2000);
    FastWeightStream<Trip> stream = classes();
    List<String> lines = new ArrayList<>();
    OperatorSubtaskState state = null;
    int before = 1;
    int failures = 0;
    for (int from = 0; from < predictions.size(); ) {
      int parallelism = 1 + random.nextInt(3);
      int to = Math.min(predictions.size(), from + 1 + random.nextInt(400));
      boolean fails = random.nextInt(3) == 0;
      List<AnomalyHarness> subtasks = new ArrayList<>();
      for (int i = 0; i < parallelism; i++) {
        AnomalyHarness subtask = new AnomalyHarness(stream, backend, parallelism, i);
        if (state != null) {
          subtask.initializeState(
              AbstractStreamOperatorTestHarness.repartitionOperatorState(
                  state, KeyedHarness.MAX_PARALLELISM, before, parallelism, i));
        }
        subtask.open();
        subtasks.add(subtask);
      }
      for (Prediction<Trip> prediction : predictions.subList(from, to)) {
        subtasks.get(subtask(prediction, parallelism)).processElement(prediction, 0);
      }
      if (fails) {
        failures++;
      } else {
        state = snapshot(subtasks);
        before = parallelism;
        for (AnomalyHarness subtask : subtasks) {
          lines.addAll(lines(subtask));
        }
        from = to;
      }
      for (AnomalyHarness subtask : subtasks) {
        subtask.close();
      }
    }
    assertThat(failures).as(Seeds.replay(seed)).isPositive();
    assertThat(lines)
        .as("%s, %s", backend, Seeds.replay(seed))
        .containsExactlyInAnyOrderElementsOf(expected(predictions))
        .anyMatch(line -> line.endsWith("true"));
  }

  private static OperatorSubtaskState snapshot(List<AnomalyHarness> subtasks) throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = subtasks.get(i).snapshot(1, 1);
    }
    return AbstractStreamOperatorTestHarness.repackageState(states);
  }

  @Test
  void anAskIsNotRatedAndLeavesNoTrace() throws Exception {
    try (AnomalyHarness harness = new AnomalyHarness(classes(), "hashmap", 1, 0)) {
      harness.open();
      Trip trip = new Trip(1, "k", Trips.START);
      harness.processElement(
          new Prediction<>(trip, trip.time, false, new float[] {1, 0, 0}, Float.NaN), 1);
      Anomaly<Trip> rated = harness.extractOutputValues().get(0);
      assertThat(rated.anomaly()).isNaN();
      assertThat(rated.isAnomaly()).isFalse();
      assertThat(harness.entriesOnHeap()).isZero();
    }
  }

  /** A key whose memory has expired has learned no event: its errors begin anew. */
  @Test
  void theErrorsOfAForgottenMemoryAreForgotten() throws Exception {
    try (AnomalyHarness harness = new AnomalyHarness(classes(), "hashmap", 1, 0)) {
      harness.open();
      for (int place = 0; place < 200; place++) {
        harness.processElement(observe(place, "k", 0.5f + place % 10, place), place);
      }
      harness.processElement(observe(200, "k", 1e6f, 200), 200);
      harness.processElement(observe(201, "k", 1e9f, 0), 201);
      assertThat(harness.extractOutputValues().get(200).anomaly()).isGreaterThan(0.999);
      assertThat(harness.extractOutputValues().get(201).anomaly()).as("its first event").isZero();
    }
  }

  @Test
  void theStatisticsOfAKeyExpireAfterItsLastEvent() throws Exception {
    try (AnomalyHarness harness = new AnomalyHarness(classes(), "hashmap", 1, 0)) {
      harness.open();
      harness.processElement(observe(0, "a", 1, 0), Trips.START);
      harness.processElement(observe(0, "b", 1, 0), Trips.START);
      harness.processElement(observe(300_000, "b", 1, 1), Trips.START + 300_000);
      assertThat(harness.entriesOnHeap()).isEqualTo(2);
      long end = Trips.START + TTL.toMillis();
      harness.processWatermark(end - 1);
      assertThat(harness.entriesOnHeap()).isEqualTo(2);
      harness.processWatermark(end + TTL.toMillis() / 16);
      assertThat(harness.entriesOnHeap()).as("b lives on").isEqualTo(1);
      harness.processWatermark(end + 300_000 + TTL.toMillis() / 16);
      assertThat(harness.entriesOnHeap()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  /** Recall errors of numbers are clipped; answers and targets are not. */
  @Test
  void theErrorOfANumberIsThatOfItsAnswer() throws Exception {
    Schema schema =
        Schema.of(List.of(new Field.Hashed("user", 16)), new Target.Number("minutes", 10, 5));
    FastWeightStream<Trip> stream =
        OperatorHarness.builder(new Configuration())
            .schema(schema, (trip, event) -> event.set(0, trip.user).target(trip.id))
            .build();
    try (AnomalyHarness harness = new AnomalyHarness(stream, "hashmap", 1, 0)) {
      harness.open();
      SplittableRandom random = new SplittableRandom(1);
      for (int place = 0; place < 300; place++) {
        float target = place == 299 ? 1000 : (float) random.nextDouble();
        Trip trip = new Trip(place, "k", Trips.START + place);
        float[] answer = {0.5f};
        float[] truth = {target};
        harness.processElement(
            new Prediction<>(trip, trip.time, true, answer, 1, null, truth, null, 0, place), place);
      }
      assertThat(harness.extractOutputValues().get(299).anomaly()).isGreaterThan(0.9999);
    }
  }

  @Test
  void aModelWithoutATargetHasNoAnomalies() {
    FastWeightStream<Trip> stream =
        TestModel.TRANSFORMER.on(OperatorHarness.builder(new Configuration())).build();
    assertThatThrownBy(stream::anomalies)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no target");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02, Double.NaN})
  void aFalseAlarmRateOutOfItsRangeIsRefused(double rate) {
    assertThatThrownBy(
            () ->
                TestModel.ASSOCIATIVE
                    .on(OperatorHarness.builder(new Configuration()))
                    .set(FastWeightOptions.FALSE_ALARM_RATE, rate)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "fastweights.anomaly.false-alarm-rate is " + rate + ", must be in 1.0E-6 ... 0.01");
  }
}
