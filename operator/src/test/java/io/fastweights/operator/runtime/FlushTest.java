package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.api.common.watermark.LongWatermark;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributesBuilder;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;

/** Conditions under which buffered events are executed and answered. */
class FlushTest {
  private static final Duration LONG = Duration.ofHours(1);

  private static OperatorHarness harness(int batchSize, Duration linger) throws Exception {
    return OperatorHarness.open(
        OperatorHarness.builder(TestModel.ASSOCIATIVE, batchSize)
            .set(FastWeightOptions.LINGER, linger));
  }

  private static Trip trip(long id) {
    return new Trip(id, "k" + id % 3, Trips.START + id * 1000);
  }

  private static void process(OperatorHarness harness, long from, long to) throws Exception {
    for (long id = from; id < to; id++) {
      harness.process(trip(id));
    }
  }

  private static List<Long> ids(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void aFullBatchIsAnsweredInTheOrderOfArrival() throws Exception {
    try (OperatorHarness harness = harness(5, LONG)) {
      process(harness, 0, 4);
      assertThat(harness.answeredIds()).isEmpty();
      process(harness, 4, 9);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 5));
      process(harness, 9, 10);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 10));
    }
  }

  @Test
  void eventsWaitNoLongerThanTheLinger() throws Exception {
    try (OperatorHarness harness = harness(100, Duration.ofMillis(20))) {
      harness.setProcessingTime(1000);
      process(harness, 0, 2);
      harness.setProcessingTime(1015);
      process(harness, 2, 3);
      assertThat(harness.answeredIds()).isEmpty();
      harness.setProcessingTime(1020);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));

      process(harness, 3, 4);
      harness.setProcessingTime(1039);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));
      harness.setProcessingTime(1040);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 4));
    }
  }

  @Test
  void theWaitBeginsAnewAfterAFullBatch() throws Exception {
    try (OperatorHarness harness = harness(2, Duration.ofMillis(20))) {
      harness.setProcessingTime(1000);
      process(harness, 0, 2);
      harness.setProcessingTime(1010);
      process(harness, 2, 3);
      harness.setProcessingTime(1029);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 2));
      harness.setProcessingTime(1030);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));
    }
  }

  @Test
  void noLingerAnswersEveryEventAtOnce() throws Exception {
    try (OperatorHarness harness = harness(100, Duration.ZERO)) {
      process(harness, 0, 1);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 1));
      assertThat(harness.getProcessingTimeService().getNumActiveTimers()).isZero();
    }
  }

  @Test
  void answersLeaveBeforeTheWatermark() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness.processWatermark(new Watermark(Trips.START));
      assertThat(harness.getOutput()).hasSize(4);
      assertThat(List.copyOf(harness.getOutput()).get(3)).isEqualTo(new Watermark(Trips.START));
    }
  }

  @Test
  void answersLeaveBeforeAWatermarkOfTheJobsOwnKind() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness
          .getOneInputOperator()
          .processWatermark(new WatermarkEvent(new LongWatermark(7, "mine"), false));
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));
    }
  }

  @Test
  void answersLeaveBeforeAWatermarkStatus() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      assertThat(harness.getOutput()).hasSize(4);
      assertThat(List.copyOf(harness.getOutput()).get(3)).isEqualTo(WatermarkStatus.IDLE);
    }
  }

  @Test
  void answersLeaveBeforeRecordAttributes() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness.processRecordAttributes(new RecordAttributesBuilder(List.of()).build());
      assertThat(harness.getOutput()).hasSize(4);
      assertThat(List.copyOf(harness.getOutput()).subList(0, 3))
          .allMatch(element -> ((StreamElement) element).isRecord());
    }
  }

  @Test
  void answersLeaveBeforeTheBarrier() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness.prepareSnapshotPreBarrier(1);
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));
      harness.snapshot(1, 1);
      assertThat(harness.answeredIds()).as("the snapshot itself answers nothing").hasSize(3);
    }
  }

  @Test
  void answersLeaveWhenTheInputEnds() throws Exception {
    try (OperatorHarness harness = harness(100, LONG)) {
      process(harness, 0, 3);
      harness.finish();
      assertThat(harness.answeredIds()).isEqualTo(ids(0, 3));
    }
  }

  @Test
  void anAnswerBearsItsElementsTimestampIfItHadOne() throws Exception {
    try (OperatorHarness harness = harness(2, LONG)) {
      harness.processElement(trip(0), 42);
      harness.processElement(new StreamRecord<>(trip(1)));
      harness.processElement(new StreamRecord<>(trip(2)));
      harness.processElement(trip(3), 43);
      var records = harness.extractOutputStreamRecords();
      assertThat(records.get(0).getTimestamp()).isEqualTo(42);
      assertThat(records.get(1).hasTimestamp()).isFalse();
      assertThat(records.get(2).hasTimestamp()).isFalse();
      assertThat(records.get(3).getTimestamp()).isEqualTo(43);
      assertThat(records.get(0).getValue().timestamp()).isEqualTo(Trips.START);
    }
  }

  @Test
  void anEventsTimeIsItsElementsTimestampIfTheReaderSetsNone() throws Exception {
    var builder =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 1)
            .schema(
                Trips.schema(), (trip, event) -> event.set(2, trip.distance).target(trip.outcome));
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.processElement(trip(0), 42);
      assertThat(harness.predictions().get(0).timestamp()).isEqualTo(42);
    }
  }

  @Test
  void answersAreTheOraclesWhateverTheBatch() throws Exception {
    List<Trip> trips = Trips.stream(3, 300);
    for (TestModel model : TestModel.values()) {
      List<String> expected = model.oracle().answers(trips);
      for (int batchSize : new int[] {1, 2, 7, 64, 1000}) {
        try (OperatorHarness harness =
            OperatorHarness.open(OperatorHarness.builder(model, batchSize))) {
          harness.process(trips);
          harness.finish();
          assertThat(harness.answers()).as("%s, batch %d", model, batchSize).isEqualTo(expected);
        }
      }
    }
  }
}
