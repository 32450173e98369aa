package io.fastweights.jobs.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits assumed for a topic. */
class TopicLimitsTest {
  private static final TopicLimits LIMITS = new TopicLimits(100_000, 8000, 800, false);
  private static final int ROUNDS = 200;

  private static TopicLimits of(String... namesAndValues) {
    List<ConfigEntry> entries = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      entries.add(new ConfigEntry(namesAndValues[i], namesAndValues[i + 1]));
    }
    return TopicLimits.of(new Config(entries));
  }

  @Test
  void limitsAreWhatBrokersTell() {
    assertThat(
            of(
                "max.message.bytes",
                "5",
                "message.timestamp.before.max.ms",
                "6",
                "message.timestamp.after.max.ms",
                "7"))
        .isEqualTo(new TopicLimits(5, 6, 7, false));
    assertThat(of("max.message.bytes", "5", "message.timestamp.difference.max.ms", "6"))
        .as("before Kafka 3.6")
        .isEqualTo(new TopicLimits(5, 6, 6, false));
    assertThat(of("message.timestamp.type", "LogAppendTime", "message.timestamp.after.max.ms", "7"))
        .as("the broker's own time")
        .isEqualTo(new TopicLimits(1 << 20, Long.MAX_VALUE, Long.MAX_VALUE, false));
  }

  @Test
  void aCompactedTopicTakesNoMessageWithoutAKey() {
    assertThat(of("cleanup.policy", "delete").keyed()).isFalse();
    assertThat(of("cleanup.policy", "compact").keyed()).isTrue();
    assertThat(of("cleanup.policy", "compact,delete").keyed()).isTrue();
  }

  @Test
  void whereBrokersDoNotTellTheProducersSizeHolds() {
    assertThat(TopicLimits.untold(Map.of())).isEqualTo(TopicLimits.DEFAULTS);
    Map<String, String> told = Map.of("max.request.size", "10000000");
    assertThat(TopicLimits.untold(told).within(told).bytes()).isEqualTo(10_000_000);
  }

  @Test
  void aProducerMayTakeLessThanATopic() {
    assertThat(LIMITS.within(Map.of())).isEqualTo(LIMITS);
    assertThat(LIMITS.within(Map.of("max.request.size", "70000")).bytes()).isEqualTo(70_000);
    assertThat(LIMITS.within(Map.of("max.request.size", "700000")).bytes()).isEqualTo(100_000);
    assertThat(LIMITS.within(Map.of("buffer.memory", "80000")).bytes()).isEqualTo(80_000);
    assertThat(new TopicLimits(Integer.MAX_VALUE, 0, 0, false).within(Map.of()).bytes())
        .isEqualTo(32 << 20);
    assertThatThrownBy(() -> LIMITS.within(Map.of("max.request.size", "1mb")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the property max.request.size is '1mb', must be a number of bytes");
  }

  @Test
  void aMessageIsNeverThoughtSmallerThanKafkaThinks() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Message message = Messages.any(random, 3000);
      List<Header> headers = new ArrayList<>();
      for (int i = 0; i < message.headerNames().length; i++) {
        headers.add(new RecordHeader(message.headerNames()[i], message.headerValues()[i]));
      }
      int kafka =
          AbstractRecords.estimateSizeInBytesUpperBound(
              RecordBatch.CURRENT_MAGIC_VALUE,
              CompressionType.NONE,
              message.key(),
              message.value(),
              headers.toArray(Header[]::new));
      assertThat(LIMITS.room(message)).as("seed %d", seed).isLessThan(LIMITS.bytes() - kafka);
    }
  }

  @ParameterizedTest
  @CsvSource({"10000", "10700", "3000", "-1", "-70000"})
  void aTimestampThatTheTopicTakesIsKept(long timestamp) {
    Message message = Message.of("t", timestamp, null, null);
    assertThat(LIMITS.timed(message, 10_000)).isSameAs(message);
  }

  @ParameterizedTest
  @CsvSource({"10701", "2999", "0", "4070908800000"})
  void anyOtherBecomesThatOfWritingAndStandsInAHeader(long timestamp) {
    Message timed = LIMITS.timed(Message.of("t", timestamp, null, null), 10_000);
    assertThat(timed.timestamp()).isEqualTo(Message.UNASSIGNED);
    assertThat(timed.headerNames()).containsExactly("fastweights.timestamp");
    assertThat(new String(timed.headerValues()[0], UTF_8)).isEqualTo(Long.toString(timestamp));
  }

  @Test
  void whereThereIsNoLimitOfTimeEveryTimestampIsKept() {
    TopicLimits none = new TopicLimits(1, Long.MAX_VALUE, Long.MAX_VALUE, false);
    for (long timestamp : new long[] {0, 4_070_908_800_000L}) {
      Message message = Message.of("t", timestamp, null, null);
      assertThat(none.timed(message, 10_000)).isSameAs(message);
    }
  }
}
