package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Expected output for every event sent, and the number of times it was written. Safe for one thread
 * that sends and others that read.
 */
final class Ledger {
  private static final int START = 1 << 16;

  private final long seed;
  private final ChaosOracle oracle;
  private float[] answers = new float[START * ChaosOracle.ANSWER];
  private short[] written = new short[START];
  private short[] repeatable = new short[START];
  private int events;
  private int missing;
  private long different;

  Ledger(long seed) {
    this.seed = seed;
    this.oracle = new ChaosOracle(seed);
  }

  /** Returns the next event to send; its answer is expected from now on. */
  synchronized Event next() throws MalformedEventException {
    if (events == written.length) {
      answers = Arrays.copyOf(answers, 2 * answers.length);
      written = Arrays.copyOf(written, 2 * events);
      repeatable = Arrays.copyOf(repeatable, 2 * events);
    }
    float[] answer = oracle.answer(events);
    System.arraycopy(answer, 0, answers, events * ChaosOracle.ANSWER, ChaosOracle.ANSWER);
    missing++;
    return ChaosEvents.at(seed, events++);
  }

  /**
   * Takes a line that was read.
   *
   * @param place its timestamp
   */
  synchronized void take(long place, byte[] key, byte[] line) {
    if (place < 0 || place >= events) {
      different++;
      return;
    }
    int at = (int) place;
    int from = at * ChaosOracle.ANSWER;
    float[] answer = Arrays.copyOfRange(answers, from, from + ChaosOracle.ANSWER);
    boolean right =
        Arrays.equals(key, ChaosEvents.bytes(ChaosEvents.at(seed, place).key()))
            && oracle.line(place, answer).equals(new String(line, StandardCharsets.UTF_8));
    different += right ? 0 : 1;
    missing -= written[at] == 0 ? 1 : 0;
    written[at]++;
  }

  /** Allows one more line for this position. */
  synchronized void mayRepeat(long place) {
    repeatable[(int) place]++;
  }

  /** Events whose line was not read yet. */
  synchronized int missing() {
    return missing;
  }

  synchronized Verdict verdict() {
    long duplicate = 0;
    long repeated = 0;
    for (int place = 0; place < events; place++) {
      int more = Math.max(0, written[place] - 1);
      int accounted = Math.min(more, repeatable[place]);
      duplicate += more - accounted;
      repeated += accounted;
    }
    return new Verdict(events, missing, duplicate, different, repeated);
  }
}
