package io.fastweights.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.BrainFloat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForgetGateTest {
  @Test
  void stepsAreRoundedOctavesOfSoftplus() {
    for (float z = -20; z <= 60; z += 0.01f) {
      double exact = ForgetGate.OCTAVE * Math.log1p(Math.exp(z));
      assertThat((double) ForgetGate.steps(z)).isCloseTo(exact, within(0.5 + 1e-4));
    }
  }

  @Test
  void stepsOfAnyProjectionAreInTheirRange() {
    assertThat(ForgetGate.steps(Float.NaN)).isZero();
    assertThat(ForgetGate.steps(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(ForgetGate.steps(-Float.MAX_VALUE)).isZero();
    assertThat(ForgetGate.steps(65)).isEqualTo(ForgetGate.MOST);
    assertThat(ForgetGate.steps(Float.MAX_VALUE)).isEqualTo(ForgetGate.MOST);
    assertThat(ForgetGate.steps(Float.POSITIVE_INFINITY)).isEqualTo(ForgetGate.MOST);
  }

  @Test
  void aCounterIsStoredExactlyInBf16() {
    float[] w = new float[3];
    for (int counter = 0; counter < ForgetGate.SPAN; counter++) {
      ForgetGate.store(w, 1, counter);
      assertThat(ForgetGate.counter(w, 1)).isEqualTo(counter);
      assertThat(BrainFloat.toFloat(BrainFloat.of(w[1]))).isEqualTo(w[1]);
      assertThat(BrainFloat.toFloat(BrainFloat.of(w[2]))).isEqualTo(w[2]);
    }
  }

  @Test
  void aCounterThatNoEventStoredIsInItsRange() {
    for (float x : new float[] {-1, Float.NaN, Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
      assertThat(ForgetGate.counter(new float[] {x, x}, 0)).isBetween(0, ForgetGate.SPAN - 1);
    }
  }

  @Test
  void aWrapAndTheRestOfTheCounterAreTheWholeFactor() {
    int most = ForgetGate.SPAN - 1 + ForgetGate.MOST;
    for (int counter = 0; counter <= most; counter += 997) {
      double factor = Math.pow(2, -(double) counter / ForgetGate.OCTAVE);
      double held = (double) ForgetGate.wrap(counter) * ForgetGate.scale(counter % ForgetGate.SPAN);
      assertThat(held).isCloseTo(factor, within(1e-7 * factor));
    }
  }

  /** The log of many events, in which every gate passes its span many times. */
  @ParameterizedTest
  @EnumSource(Storage.class)
  void aReplayedLogGivesTheMemoryToTheBit(Storage storage) {
    Model model = RandomModels.all(3).get("transformer, forget gates");
    ReferenceModel reference = new ReferenceModel(model, storage);
    SplittableRandom random = new SplittableRandom(4);
    float[] memory = new float[model.memory().floats()];
    float[] replayed = new float[memory.length];
    for (int event = 1; event <= 200; event++) {
      float[] input = RandomModels.gaussian(random, model.inputDim());
      boolean observe = random.nextInt(4) > 0;
      long number = observe ? event : LoggedEvents.UNNUMBERED;
      float[] before = memory.clone();
      ReferenceModel.Step step = reference.step(input, null, memory, observe, 1, number);
      if (observe) {
        LoggedEvents log = LoggedEvents.ofDeltas(1, step.keys(), step.deltas(), null);
        new LogReplay(model).rewrite(storage, replayed, log.numberedFrom(number));
      } else {
        assertThat(memory).isEqualTo(before);
      }
    }
    assertThat(replayed).isEqualTo(memory);
  }

  /** All is forgotten before an event whose gate is far open, and no number leaves its range. */
  @Test
  void anOpenGateForgetsAll() {
    float[] w = {3, -5, 0, 0, 7, 0};
    ForgetGate.store(w, 4, ForgetGate.SPAN - 1);
    int counter = ForgetGate.counter(w, 4) + ForgetGate.MOST;
    DeltaRule.scale(w, 0, 4, ForgetGate.wrap(counter));
    float scale = ForgetGate.scale(counter % ForgetGate.SPAN);
    assertThat(Math.abs(w[1] * scale)).isBetween(1e-22f, 1e-18f);
  }
}
