package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.events.Event;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledger of chaos must detect missing, duplicate and different output. */
class LedgerTest {
  private static final int EVENTS = 300;
  private static final long SEED = 5;

  private final Ledger ledger = new Ledger(SEED);
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void sendEvents() throws Exception {
    ChaosOracle oracle = new ChaosOracle(SEED);
    for (int place = 0; place < EVENTS; place++) {
      Event event = ledger.next();
      assertThat(event.timestamp()).isEqualTo(place);
      lines.add(oracle.line(place, oracle.answer(place)));
    }
  }

  private void take(int place) {
    take(place, lines.get(place));
  }

  private void take(int place, String line) {
    ledger.take(place, key(place), ChaosEvents.bytes(line));
  }

  private static byte[] key(int place) {
    return ChaosEvents.bytes(ChaosEvents.at(SEED, place).key());
  }

  @Test
  void isCleanWhereEveryLineIsThereOnceInWhateverOrder() {
    for (int place = EVENTS - 1; place >= 0; place--) {
      assertThat(ledger.missing()).isEqualTo(place + 1);
      take(place);
    }
    assertThat(ledger.verdict()).isEqualTo(new Verdict(EVENTS, 0, 0, 0, 0));
    assertThat(ledger.verdict().isClean()).isTrue();
  }

  @Test
  void countsWhatIsMissingDoubledAndDifferent() {
    for (int place = 0; place < EVENTS; place++) {
      if (place != 33) {
        take(place, place == 100 ? oneBitOff(lines.get(place)) : lines.get(place));
      }
    }
    take(7);
    take(7);
    assertThat(ledger.verdict()).isEqualTo(new Verdict(EVENTS, 1, 2, 1, 0));
    assertThat(ledger.verdict().isClean()).isFalse();
  }

  private static String oneBitOff(String line) {
    String name = "\"p_buy\":";
    int from = line.indexOf(name) + name.length();
    int to = line.indexOf(',', from);
    float other = Math.nextUp(Float.parseFloat(line.substring(from, to)));
    return line.substring(0, from) + other + line.substring(to);
  }

  @Test
  void takesNoLineWithAnotherKeyOrOfNoEvent() {
    ledger.take(8, ChaosEvents.bytes("nobody"), ChaosEvents.bytes(lines.get(8)));
    take(EVENTS, "{}");
    take(-1, "{}");
    assertThat(ledger.verdict()).isEqualTo(new Verdict(EVENTS, EVENTS - 1, 0, 3, 0));
  }

  @Test
  void accountsForWhatIsWrittenAgainWhereACheckpointWasLost() {
    for (int place = 0; place < EVENTS; place++) {
      take(place);
    }
    take(7);
    take(40);
    take(40);
    ledger.mayRepeat(40);
    ledger.mayRepeat(41);
    assertThat(ledger.verdict()).isEqualTo(new Verdict(EVENTS, 0, 2, 0, 1));
    ledger.mayRepeat(40);
    ledger.mayRepeat(7);
    assertThat(ledger.verdict()).isEqualTo(new Verdict(EVENTS, 0, 0, 0, 3));
  }

  @Test
  void isNotCleanWhereNothingWasSent() {
    assertThat(new Ledger(SEED).verdict().isClean()).isFalse();
  }

  @Test
  void holdsMoreEventsThanItBeganWith() throws Exception {
    int many = 1 << 17;
    for (int place = EVENTS; place < many; place++) {
      ledger.next();
    }
    take(0);
    assertThat(ledger.verdict()).isEqualTo(new Verdict(many, many - 1, 0, 0, 0));
  }
}
