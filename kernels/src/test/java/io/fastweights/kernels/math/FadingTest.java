package io.fastweights.kernels.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.numeric.StochasticRounding;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Fading: an event reads its memory multiplied by a factor. */
class FadingTest {
  private static final long NUMBER = 7;

  static Stream<String> models() {
    return RandomModels.all(0).keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void anEventMeetsTheMemoryScaledByHand(String name) {
    Model model = RandomModels.all(1).get(name);
    for (Storage storage : Storage.values()) {
      for (float fade : new float[] {0, 0.25f, 0.7f, 1}) {
        SplittableRandom random = new SplittableRandom(5);
        float[] faded = RandomModels.gaussian(random, model.memory().floats());
        float[] byHand = scaled(model, storage, faded, fade);
        float[] input = RandomModels.gaussian(random, model.inputDim());
        float[] target = RandomModels.gaussian(random, model.targetDim());
        ReferenceModel reference = new ReferenceModel(model, storage);
        float[] asked = faded.clone();
        ReferenceModel.Step ask = reference.step(input, target, faded, false, fade, NUMBER);
        assertThat(faded).as("an ask leaves no trace").isEqualTo(asked);
        ReferenceModel.Step expected = reference.step(input, target, byHand, true, 1, NUMBER);
        ReferenceModel.Step actual = reference.step(input, target, faded, true, fade, NUMBER);
        assertThat(actual.output()).isEqualTo(expected.output()).isEqualTo(ask.output());
        assertThat(actual.deltas()).isEqualTo(expected.deltas());
        assertThat(actual.recallError()).isEqualTo(expected.recallError());
        assertThat(faded).as("%s, fade %s", storage, fade).isEqualTo(byHand);
      }
    }
  }

  private static float[] scaled(Model model, Storage storage, float[] memory, float fade) {
    float[] byHand = memory.clone();
    if (fade != 1) {
      for (int i = 0; i < byHand.length; i++) {
        byHand[i] = fade * byHand[i];
      }
      if (storage == Storage.BF16) {
        int columns = model.memory().columns();
        int seed = StochasticRounding.pass(StochasticRounding.event(NUMBER), 0);
        StochasticRounding.round(byHand, 0, byHand.length / columns, columns, 0, seed);
      }
    }
    return byHand;
  }

  @ParameterizedTest
  @EnumSource
  void replayFadesBeforeItWrites(Storage storage) {
    Model model = RandomModels.all(2).get("transformer");
    SplittableRandom random = new SplittableRandom(6);
    float[] live = new float[model.memory().floats()];
    float[] replayed = live.clone();
    float[] fades = {1, 0.5f, 0.9f, 1, 0, 0.3f};
    long number = 0;
    for (float fade : fades) {
      number++;
      ReferenceModel.Step step =
          new ReferenceModel(model, storage)
              .step(
                  RandomModels.gaussian(random, model.inputDim()), null, live, true, fade, number);
      LoggedEvents logged =
          LoggedEvents.ofDeltas(1, step.keys(), step.deltas(), new float[] {fade})
              .numberedFrom(number);
      new LogReplay(model).rewrite(storage, replayed, logged);
      assertThat(replayed).as("after fade %s", fade).isEqualTo(live);
    }
  }

  @Test
  void aBatchRefusesAFadeOutOfItsRange() {
    EventBatch batch = new EventBatch(RandomModels.all(1).get("transformer"), 1);
    batch.clear();
    batch.segment(0, true);
    for (float fade : new float[] {-0.1f, 1.1f, Float.NaN}) {
      assertThatThrownBy(() -> batch.add(true, fade))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fade is " + fade)
          .hasMessageContaining("0 ... 1");
    }
    assertThat(batch.fading()).isFalse();
  }
}
