package io.fastweights.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which events are held out to stop training early. */
class ValidationTest {
  private static final List<EventSequence> SEQUENCES =
      List.of(sequence("a", 10, 40, 90), sequence("b", 20, 30), sequence("c", 50, 60, 70, 80, 100));

  @Test
  void byTimeTheLatestEventsOfAllKeysAreHeldAndEarlierOnesWarmTheirMemories() {
    Validation split = Validation.byTime(SEQUENCES, 0.3);
    assertThat(split.train()).extracting(EventSequence::length).containsExactly(2, 2, 3);
    assertThat(split.train()).extracting(EventSequence::counted).containsExactly(2, 2, 3);
    // Of the last three of ten, one is a key's and two another's.
    assertThat(split.held()).extracting(EventSequence::key).containsExactly("a", "c");
    assertThat(split.held()).extracting(EventSequence::length).containsExactly(3, 5);
    assertThat(split.held()).extracting(EventSequence::counted).containsExactly(1, 2);
  }

  @Test
  void ofAFileWithoutTimesTheLastEventsOfEachKeyAreHeld() {
    List<EventSequence> untimed =
        List.of(sequence("a", new long[20]), sequence("b", new long[10]), sequence("c", 0));
    Validation split = Validation.byTime(untimed, 0.2);
    assertThat(split.train()).extracting(EventSequence::length).containsExactly(15, 8, 1);
    assertThat(split.held()).extracting(EventSequence::key).containsExactly("a", "b");
    assertThat(split.held()).extracting(EventSequence::counted).containsExactly(5, 2);
  }

  @Test
  void ofEventsOfOneDayTheShareIsHeldAndNoMore() {
    List<EventSequence> days =
        List.of(sequence("a", 1, 2, 2, 2, 2), sequence("b", 2), sequence("c", 2, 3));
    for (int held = 1; held < 8; held++) {
      Validation split = Validation.byTime(days, held / 8.0);
      int counted = split.held().stream().mapToInt(EventSequence::counted).sum();
      int learned = split.train().stream().mapToInt(EventSequence::length).sum();
      assertThat(counted).as("of share %d / 8", held).isEqualTo(8 - learned).isEqualTo(held);
    }
  }

  @Test
  void byKeyTheLastKeysAreHeldWhole() {
    Validation split = Validation.byKey(SEQUENCES, 0.5);
    assertThat(split.train()).isEqualTo(SEQUENCES.subList(0, 1));
    assertThat(split.held()).isEqualTo(SEQUENCES.subList(1, 3));
  }

  @Test
  void byKeyOneIsHeldHoweverSmallTheShareUnlessThereIsNoOther() {
    Validation few = Validation.byKey(SEQUENCES, 0.01);
    assertThat(few.held()).isEqualTo(SEQUENCES.subList(2, 3));
    List<EventSequence> one = SEQUENCES.subList(0, 1);
    assertThat(Validation.byKey(one, 0.01)).isEqualTo(new Validation(one, List.of()));
  }

  @Test
  void nothingIsHeldWhereNothingShallBe() {
    for (Validation split :
        List.of(Validation.byTime(SEQUENCES, 0), Validation.byKey(SEQUENCES, 0))) {
      assertThat(split.train()).isEqualTo(SEQUENCES);
      assertThat(split.held()).isEmpty();
    }
  }

  private static EventSequence sequence(String key, long... times) {
    int n = times.length;
    int[] starts = new int[n + 1];
    return new EventSequence(
        key, starts, new int[0], new float[0], new float[n], new boolean[n], null, times);
  }
}
