package io.fastweights.kernels.train.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The backward pass of the recurrence against float64 with every W stored. */
class RecurrenceTest {
  @ParameterizedTest
  @CsvSource({
    "DELTA,1",
    "DELTA,2",
    "DELTA,3",
    "SUM,4",
    "SUM,5",
    "GATED_DELTA,1",
    "GATED_DELTA,2",
    "GATED_DELTA,3"
  })
  void gradientsEqualThoseThatStoreEveryMemory(UpdateRule rule, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int rows = 1 + random.nextInt(40);
    int columns = 1 + random.nextInt(20);
    int length = 1 + random.nextInt(150);
    check(new Case(rule, length, rows, columns, 0.2, random), 1e-5);
  }

  @ParameterizedTest
  @EnumSource(value = UpdateRule.class, names = "PRECONDITIONED", mode = EnumSource.Mode.EXCLUDE)
  void gradientsOfAVeryLongSequenceEqualFloat64(UpdateRule rule) {
    check(new Case(rule, 4096, 32, 16, 0, new SplittableRandom(7)), 1e-3);
  }

  @ParameterizedTest
  @EnumSource(value = UpdateRule.class, names = "PRECONDITIONED", mode = EnumSource.Mode.EXCLUDE)
  void theBackwardPassHoldsEventsAndFewMemories(UpdateRule rule) throws Exception {
    int rows = 128;
    int columns = 64;
    for (int length : new int[] {512, 1024, 4096}) {
      Case c = new Case(rule, length, rows, columns, 0, new SplittableRandom(8));
      for (int t = 0; c.s.forget != null && t < length; t++) {
        // Memories of some hundred events: a snapshot more for every eight octaves.
        c.s.forget[t] %= ForgetGate.OCTAVE / 256;
      }
      Recurrence recurrence = new Recurrence(rule, rows, columns);
      float[] w = c.w0.clone();
      recurrence.forward(c.s, length, c.asks, w);
      HeadSequence g = c.gradients();
      recurrence.backward(c.s, g, length, c.asks, w, new float[w.length]);
      // Each W stored would be length * rows * columns floats.
      long events = (long) length * (rows + columns + 3);
      assertThat(Reachable.bytes(recurrence))
          .isGreaterThan((long) Float.BYTES * length * columns)
          .isLessThanOrEqualTo(Float.BYTES * (events + 2L * rows * columns));
    }
  }

  @ParameterizedTest
  @EnumSource(value = UpdateRule.class, names = "PRECONDITIONED", mode = EnumSource.Mode.EXCLUDE)
  void theForwardPassIsTheReadableRecurrence(UpdateRule rule) {
    int rows = 24;
    int columns = 7;
    Case c = new Case(rule, 90, rows, columns, 0, new SplittableRandom(9));
    float[] w = c.w0.clone();
    new Recurrence(rule, rows, columns).forward(c.s, 90, null, w);
    float[] expected = c.w0.clone();
    float[] old = new float[columns];
    float[] delta = new float[columns];
    for (int t = 0; t < 90; t++) {
      float[] phiK = Arrays.copyOfRange(c.s.phiK, t * rows, (t + 1) * rows);
      float[] phiQ = Arrays.copyOfRange(c.s.phiQ, t * rows, (t + 1) * rows);
      if (c.s.forget != null) {
        float forgotten = (float) Math.pow(2, -c.s.forget[t] / ForgetGate.OCTAVE);
        DeltaRule.scale(expected, 0, expected.length, forgotten);
      }
      DeltaRule.read(expected, 0, rows, columns, phiK, old, 0);
      DeltaRule.delta(rule, c.s.beta[t], c.s.v, t * columns, old, columns, delta, 0);
      DeltaRule.write(expected, 0, rows, columns, phiK, delta, 0);
      DeltaRule.read(expected, 0, rows, columns, phiQ, old, 0);
      assertClose(rule, Arrays.copyOfRange(c.s.out, t * columns, (t + 1) * columns), old);
    }
    assertClose(rule, w, expected);
  }

  /** To the bit, where W is not held by a scale. */
  private static void assertClose(UpdateRule rule, float[] actual, float[] expected) {
    if (rule == UpdateRule.GATED_DELTA) {
      assertThat(actual).containsExactly(expected, Offset.offset(1e-5f));
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }

  private static void check(Case c, double tolerance) {
    Recurrence recurrence = new Recurrence(c.rule, c.rows, c.columns);
    float[] w = c.w0.clone();
    recurrence.forward(c.s, c.length, c.asks, w);
    HeadSequence g = c.gradients();
    System.arraycopy(c.gradOut, 0, g.out, 0, c.gradOut.length);
    float[] gradW = c.gradEnd.clone();
    recurrence.backward(c.s, g, c.length, c.asks, w, gradW);

    DoubleRecurrence exact =
        new DoubleRecurrence(
            c.rule, c.s, c.length, c.rows, c.columns, c.asks, c.w0, c.gradOut, c.gradEnd);
    Gradients.assertClose("phi(k)", exact.gradPhiK, g.phiK, tolerance);
    Gradients.assertClose("phi(q)", exact.gradPhiQ, g.phiQ, tolerance);
    Gradients.assertClose("v", exact.gradV, g.v, tolerance);
    Gradients.assertClose("beta", exact.gradBeta, g.beta, tolerance);
    Gradients.assertClose("w0", exact.gradW, gradW, tolerance);
    if (c.rule == UpdateRule.GATED_DELTA) {
      Gradients.assertClose("forget", exact.gradForget, g.forget, tolerance);
    }
  }

  /** A random sequence with sum-normalised features. */
  private static final class Case {
    final UpdateRule rule;
    final int length;
    final int rows;
    final int columns;
    final HeadSequence s;
    final boolean[] asks;
    final float[] w0;
    final float[] gradOut;
    final float[] gradEnd;

    Case(
        UpdateRule rule,
        int length,
        int rows,
        int columns,
        double askShare,
        SplittableRandom random) {
      this.rule = rule;
      this.length = length;
      this.rows = rows;
      this.columns = columns;
      s = HeadSequence.of(length, rows, columns);
      asks = new boolean[length];
      for (int t = 0; t < length; t++) {
        features(random, s.phiK, t * rows);
        features(random, s.phiQ, t * rows);
        s.beta[t] = random.nextFloat();
        asks[t] = random.nextDouble() < askShare;
      }
      if (rule == UpdateRule.GATED_DELTA) {
        s.forget = new float[length];
        for (int t = 0; t < length; t++) {
          // Some events forget all: the scale of W passes its span.
          int most = random.nextInt(20) == 0 ? ForgetGate.MOST : ForgetGate.OCTAVE / 4;
          s.forget[t] = random.nextInt(most + 1);
        }
      }
      Gradients.gaussian(random, s.v);
      w0 = Gradients.gaussian(random, new float[rows * columns]);
      gradOut = Gradients.gaussian(random, new float[length * columns]);
      gradEnd = Gradients.gaussian(random, new float[rows * columns]);
    }

    HeadSequence gradients() {
      HeadSequence g = HeadSequence.of(length, rows, columns);
      g.forget = s.forget == null ? null : new float[length];
      return g;
    }

    private void features(SplittableRandom random, float[] phi, int at) {
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        phi[at + i] = 0.01f + random.nextFloat();
        sum += phi[at + i];
      }
      for (int i = 0; i < rows; i++) {
        phi[at + i] /= sum;
      }
    }
  }
}
