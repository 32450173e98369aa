package io.fastweights.jobs.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Content of a dead letter. */
class DeadLettersTest {
  private static final int ROUNDS = 500;
  private static final TopicLimits LIMITS =
      new TopicLimits(1 << 16, Long.MAX_VALUE, Long.MAX_VALUE, false);
  private static final DeadLetters LETTERS = new DeadLetters("dead", List.of("a.csv"), LIMITS);

  private static Map<String, String> headers(Message letter) {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < letter.headerNames().length; i++) {
      byte[] value = letter.headerValues()[i];
      headers.put(letter.headerNames()[i], value == null ? null : new String(value, UTF_8));
    }
    return headers;
  }

  /** Of messages from far below the limit to far above it, in every part. */
  @Test
  void aLetterFitsAndHasAllOfTheMessageThatFits() {
    int cut = 0;
    int left = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Message message = Messages.any(random, 1 << (8 + random.nextInt(11)));
      String reason = "why ".repeat(random.nextInt(1000));
      Message letter = LETTERS.of(new Rejected(0, 7, reason, "", message));
      Map<String, String> headers = headers(letter);
      assertThat(LIMITS.room(letter)).as("seed %d", seed).isNotNegative();
      assertThat(headers).containsEntry(DeadLetters.OFFSET, Long.toString(message.offset()));
      assertThat(reason).startsWith(headers.get(DeadLetters.REASON).replace("...", ""));
      boolean whole = !headers.containsKey(DeadLetters.KEY_BYTES);
      if (whole) {
        assertThat(letter.key()).as("seed %d", seed).isEqualTo(message.key());
        assertThat(Arrays.copyOf(letter.headerNames(), message.headerNames().length))
            .as("seed %d", seed)
            .isEqualTo(message.headerNames());
      } else {
        left++;
      }
      if (letter.value() == null) {
        assertThat(message.value()).as("seed %d", seed).isNull();
      } else if (letter.value().length < message.value().length) {
        cut++;
        assertThat(LIMITS.room(letter)).as("no room is left, seed %d", seed).isZero();
        assertThat(letter.value()).isEqualTo(Arrays.copyOf(message.value(), letter.value().length));
        assertThat(headers)
            .containsEntry(DeadLetters.VALUE_BYTES, Integer.toString(message.value().length));
      } else {
        assertThat(letter.value()).as("seed %d", seed).isEqualTo(message.value());
      }
    }
    assertThat(cut).isBetween(ROUNDS / 20, ROUNDS / 2);
    assertThat(left).isBetween(ROUNDS / 20, ROUNDS / 2);
  }

  @Test
  void aSmallLetterIsTheMessageAndTheReason() {
    Message message =
        new Message(
            "in", 3, 9, 17, new byte[] {1}, new byte[] {2}, new String[] {"h"}, new byte[1][]);
    Message letter = LETTERS.of(new Rejected(0, 9, "no key", "", message));
    assertThat(letter.timestamp()).isEqualTo(17);
    assertThat(letter.topic()).isEqualTo("dead");
    assertThat(letter.headerNames())
        .containsExactly(
            "h",
            "fastweights.reason",
            "fastweights.topic",
            "fastweights.partition",
            "fastweights.offset");
    assertThat(headers(letter)).containsEntry("fastweights.partition", "3");
  }

  @Test
  void aLineIsNamedByItsFile() {
    Message letter = LETTERS.of(new Rejected(0, 12, "no key", "text", null));
    assertThat(new String(letter.value(), UTF_8)).isEqualTo("text");
    assertThat(headers(letter))
        .isEqualTo(
            Map.of(
                "fastweights.reason",
                "no key",
                "fastweights.file",
                "a.csv",
                "fastweights.line",
                "12"));
  }

  @Test
  void aTopicThatTakesNoLetterIsRefused() {
    assertThatThrownBy(() -> new DeadLetters("dead", List.of(), new TopicLimits(1000, 0, 0, false)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "topic dead takes messages of at most 1000 bytes (max.message.bytes, or the producer's"
                + " max.request.size), must take 32768");
    assertThatThrownBy(
            () -> new DeadLetters("dead", List.of(), new TopicLimits(1 << 20, 0, 0, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "topic dead has cleanup.policy=compact and takes no message without a key, must take"
                + " dead letters without one");
  }

  @Test
  void aLetterThatLosesItsHeadersKeepsTheTimestampThatIsNotTaken() {
    DeadLetters letters =
        new DeadLetters("dead", List.of(), new TopicLimits(1 << 15, Long.MAX_VALUE, 0, false));
    long future = System.currentTimeMillis() + 1_000_000;
    Message message = Message.of("in", future, new byte[1 << 15], new byte[10]);
    Message letter = letters.letter(message.to("dead", message.value()), "no event", Map.of());
    assertThat(letter.key()).isNull();
    assertThat(letter.timestamp()).isEqualTo(Message.UNASSIGNED);
    int header = List.of(letter.headerNames()).indexOf(TopicLimits.TIMESTAMP);
    assertThat(new String(letter.headerValues()[header], UTF_8)).isEqualTo(Long.toString(future));
  }
}
