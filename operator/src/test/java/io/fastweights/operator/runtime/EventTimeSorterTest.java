package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.testkit.KeyedHarness;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.SorterHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events in the order of their time, against a plain list that is sorted. */
@SuppressWarnings("try") // a harness may be interrupted when it closes
class EventTimeSorterTest {
  private static final long START = Trips.START;

  /** Expected output, by a readable reference. */
  private static final class Plain {
    final List<Trip> waiting = new ArrayList<>();
    final List<Trip> out = new ArrayList<>();
    final List<Long> late = new ArrayList<>();
    final List<Long> watermarks = new ArrayList<>();
    final long lateness;
    long held = Long.MIN_VALUE;

    Plain(long lateness) {
      this.lateness = lateness;
    }

    void event(Trip trip) {
      if (trip.time <= held) {
        late.add(trip.id);
      } else {
        waiting.add(trip);
      }
    }

    void watermark(long time) {
      held = time == Long.MAX_VALUE ? time : time - lateness;
      watermarks.add(held);
      waiting.sort(Comparator.comparingLong(trip -> trip.time));
      while (!waiting.isEmpty() && waiting.get(0).time <= held) {
        out.add(waiting.remove(0));
      }
    }
  }

  /** Sorters of one stream, behind a partitioning by key. */
  private static final class Sorters implements AutoCloseable {
    final Duration lateness;
    final String backend;
    final boolean reuse;
    final List<Object> output = new ArrayList<>();
    final List<Long> late = new ArrayList<>();
    List<SorterHarness> subtasks = new ArrayList<>();
    private final Trip reused = new Trip();

    Sorters(Duration lateness, String backend, boolean reuse) throws Exception {
      this.lateness = lateness;
      this.backend = backend;
      this.reuse = reuse;
      SorterHarness one = new SorterHarness(lateness, backend, reuse, 1, 0);
      one.open();
      subtasks.add(one);
    }

    void event(Trip trip) throws Exception {
      int subtask =
          KeyGroupRangeAssignment.assignKeyToParallelOperator(
              trip.key, KeyedHarness.MAX_PARALLELISM, subtasks.size());
      Trip element = trip;
      if (reuse) {
        element = reused;
        element.id = trip.id;
        element.key = trip.key;
        element.time = trip.time;
      }
      subtasks.get(subtask).processElement(element, trip.time);
    }

    void watermark(long time) throws Exception {
      for (SorterHarness subtask : subtasks) {
        subtask.processWatermark(new Watermark(time));
      }
    }

    void status(WatermarkStatus status) throws Exception {
      for (SorterHarness subtask : subtasks) {
        subtask.processWatermarkStatus(status);
      }
    }

    /** A checkpoint, a failure, and a restart at another parallelism. */
    void rescale(int parallelism) throws Exception {
      int before = subtasks.size();
      OperatorSubtaskState[] states = new OperatorSubtaskState[before];
      for (int i = 0; i < before; i++) {
        states[i] = subtasks.get(i).snapshot(1, 1);
      }
      OperatorSubtaskState all = AbstractStreamOperatorTestHarness.repackageState(states);
      drain();
      closeSubtasks();
      for (int i = 0; i < parallelism; i++) {
        SorterHarness subtask = new SorterHarness(lateness, backend, reuse, parallelism, i);
        subtask.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                all, KeyedHarness.MAX_PARALLELISM, before, parallelism, i));
        subtask.open();
        subtasks.add(subtask);
      }
    }

    /** Checks the order of each subtask's output, and takes it. */
    void drain() {
      for (SorterHarness subtask : subtasks) {
        long watermark = Long.MIN_VALUE;
        long last = Long.MIN_VALUE;
        for (Object element : subtask.getOutput()) {
          if (element instanceof Watermark mark) {
            assertThat(mark.getTimestamp()).isGreaterThanOrEqualTo(watermark);
            watermark = mark.getTimestamp();
          } else if (element instanceof StreamRecord<?> record) {
            assertThat(record.getTimestamp())
                .as("a watermark of %d overtook %s", watermark, record)
                .isGreaterThan(watermark);
            assertThat(record.getTimestamp()).isGreaterThanOrEqualTo(last);
            last = record.getTimestamp();
          }
          output.add(element);
        }
        late.addAll(subtask.lateIds());
      }
    }

    private void closeSubtasks() {
      subtasks.forEach(SorterHarness::close);
      subtasks = new ArrayList<>();
    }

    @Override
    public void close() {
      closeSubtasks();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "hashmap, false, 0",
    "hashmap, true, 7",
    "hashmap, true, 0",
    "rocksdb, false, 7",
    "rocksdb, true, 3"
  })
  void anyScheduleComesOutAsTheSortedListDoes(String backend, boolean reuse, long lateness)
      throws Exception {
    for (int run = 0; run < (backend.equals("rocksdb") ? 2 : 8); run++) {
      long seed = Seeds.seed(100 + run);
      String replay = String.format(Locale.ROOT, "run %d, %s", run, Seeds.replay(seed));
      SplittableRandom random = new SplittableRandom(seed);
      Plain plain = new Plain(lateness);
      try (Sorters sorters = new Sorters(Duration.ofMillis(lateness), backend, reuse)) {
        schedule(random, plain, sorters);
        plain.watermark(Long.MAX_VALUE);
        sorters.watermark(Long.MAX_VALUE);
        sorters.drain();
        assertThat(byKey(trips(sorters.output))).as(replay).isEqualTo(byKey(plain.out));
        assertThat(sorters.late).as(replay).containsExactlyInAnyOrderElementsOf(plain.late);
        assertThat(plain.waiting).isEmpty();
      }
    }
  }

  /** Events, watermarks, idle sources, and restarts at another parallelism. */
  private static void schedule(SplittableRandom random, Plain plain, Sorters sorters)
      throws Exception {
    long clock = START;
    for (int id = 0; id < 150; id++) {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3 -> {
          clock += random.nextInt(10);
          plain.watermark(clock);
          sorters.watermark(clock);
        }
        case 4 -> sorters.status(WatermarkStatus.IDLE);
        case 5 -> sorters.status(WatermarkStatus.ACTIVE);
        case 6 -> sorters.rescale(1 + random.nextInt(3));
        default -> {
          Trip trip = new Trip(id, "k" + random.nextInt(4), clock - 10 + random.nextInt(25));
          plain.event(trip);
          sorters.event(trip);
        }
      }
    }
  }

  private static List<Trip> trips(List<Object> output) {
    return output.stream()
        .filter(StreamRecord.class::isInstance)
        .map(record -> (Trip) ((StreamRecord<?>) record).getValue())
        .toList();
  }

  private static TreeMap<String, List<Long>> byKey(List<Trip> trips) {
    TreeMap<String, List<Long>> ids = new TreeMap<>();
    trips.forEach(trip -> ids.computeIfAbsent(trip.key, key -> new ArrayList<>()).add(trip.id));
    return ids;
  }

  @Test
  void watermarksAreHeldBackByTheLatenessAndIdlenessPassesOn() throws Exception {
    try (SorterHarness harness = new SorterHarness(Duration.ofMillis(5), "hashmap", false, 1, 0)) {
      harness.open();
      harness.processElement(new Trip(1, "k", START + 2), START + 2);
      harness.processWatermark(START + 6);
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      harness.processWatermarkStatus(WatermarkStatus.ACTIVE);
      assertThat(harness.getOutput())
          .containsExactly(new Watermark(START + 1), WatermarkStatus.IDLE, WatermarkStatus.ACTIVE);
      harness.processWatermark(START + 7);
      assertThat(trips(List.copyOf(harness.getOutput()))).extracting(trip -> trip.id).contains(1L);
    }
  }

  @Test
  void theFirstWatermarksOfAStreamDoNotOverflow() throws Exception {
    try (SorterHarness harness = new SorterHarness(Duration.ofDays(1), "hashmap", false, 1, 0)) {
      harness.open();
      harness.processWatermark(Long.MIN_VALUE);
      harness.processWatermark(Long.MIN_VALUE + 1);
      assertThat(harness.getOutput()).isEmpty();
      harness.processElement(new Trip(1, "k", Long.MIN_VALUE + 1), Long.MIN_VALUE + 1);
      harness.processWatermark(Long.MAX_VALUE);
      assertThat(trips(List.copyOf(harness.getOutput()))).hasSize(1);
      assertThat(harness.entriesOnHeap()).isZero();
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void anEventWithoutATimestampPassesByAndLeavesTheOthersInOrder() throws Exception {
    try (SorterHarness harness = new SorterHarness(Duration.ZERO, "hashmap", false, 1, 0)) {
      harness.open();
      harness.processElement(new Trip(1, "k", START + 2), START + 2);
      harness.processElement(new StreamRecord<>(new Trip(2, "k", 0)));
      harness.processElement(new Trip(3, "k", START + 1), START + 1);
      harness.processWatermark(START);
      harness.processElement(new Trip(4, "k", 0), Long.MIN_VALUE);
      harness.processWatermark(Long.MAX_VALUE);
      assertThat(trips(List.copyOf(harness.getOutput())))
          .extracting(trip -> trip.id)
          .containsExactly(2L, 4L, 3L, 1L);
      assertThat(harness.lateIds()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void theEndOfTheInputReleasesAllEventsInTheOrderOfTheirTime(String backend) throws Exception {
    try (SorterHarness harness = new SorterHarness(Duration.ofDays(1), backend, false, 1, 0)) {
      harness.open();
      for (int id = 0; id < 10; id++) {
        long time = START + 7 * id % 10;
        harness.processElement(new Trip(id, "k" + id % 3, time), time);
      }
      harness.processWatermark(START + 5);
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      harness.endInput();
      harness.getOperator().finish();
      assertThat(trips(List.copyOf(harness.getOutput())))
          .extracting(trip -> trip.time - START)
          .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
      assertThat(harness.numEventTimeTimers()).isZero();
    }
  }

  @Test
  void theGaugesTellHowManyEventsWaitAndForHowLongNoWatermarkCame() throws Exception {
    OperatorSubtaskState checkpoint;
    try (SorterHarness harness = new SorterHarness(Duration.ZERO, "hashmap", false, 1, 0)) {
      harness.open();
      EventTimeSorter<?, ?> sorter = (EventTimeSorter<?, ?>) harness.getOperator();
      harness.setProcessingTime(1000);
      assertThat(sorter.millisWaited()).as("nothing waits").isZero();
      for (int id = 0; id < 5; id++) {
        harness.processElement(new Trip(id, "k", START + id / 2), START + id / 2);
      }
      harness.setProcessingTime(1700);
      assertThat(sorter.held()).isEqualTo(5);
      assertThat(sorter.millisWaited()).isEqualTo(700);
      harness.processWatermark(START);
      harness.setProcessingTime(1800);
      assertThat(sorter.held()).isEqualTo(3);
      assertThat(sorter.millisWaited()).isEqualTo(100);
      checkpoint = harness.snapshot(1, 1);
    }
    try (SorterHarness harness = new SorterHarness(Duration.ZERO, "hashmap", false, 1, 0)) {
      harness.initializeState(checkpoint);
      harness.open();
      EventTimeSorter<?, ?> sorter = (EventTimeSorter<?, ?>) harness.getOperator();
      assertThat(sorter.held()).isEqualTo(3);
      harness.processWatermark(START + 2);
      assertThat(sorter.held()).isZero();
      assertThat(sorter.millisWaited()).isZero();
    }
  }

  /** Appending an event must not read earlier ones: otherwise 20,000 take minutes. */
  @Test
  void manyEventsOfOneKeyAndTimeKeepTheOrderOfTheirArrival() throws Exception {
    int events = 20_000;
    try (SorterHarness harness = new SorterHarness(Duration.ZERO, "rocksdb", false, 1, 0)) {
      harness.open();
      for (int id = 0; id < events; id++) {
        harness.processElement(new Trip(id, "k", START), START);
      }
      harness.processWatermark(START);
      assertThat(trips(List.copyOf(harness.getOutput())))
          .extracting(trip -> trip.id)
          .isEqualTo(LongStream.range(0, events).boxed().toList());
    }
  }

  @Test
  void theOrderOfArrivalHasNoLateEvents() {
    FastWeights<Trip> builder =
        TestModel.ASSOCIATIVE.on(OperatorHarness.builder(new Configuration()));
    FastWeightStream<Trip> stream = builder.build();
    assertThatThrownBy(stream::late)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("eventTime(...) was not called");
    assertThatThrownBy(() -> builder.eventTime(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.001S");
  }
}
