package io.fastweights.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import org.junit.jupiter.api.Test;

class RecipeTest {
  /** The text in savepoints: another text would refuse their memories. */
  private static final String STORED = "DPFP nu 2, UNIT, DELTA, schema 1b2c projected with seed 7";

  @Test
  void readsAndWritesTheTextThatIsStored() {
    Recipe recipe =
        new Recipe(
            FeatureMap.DPFP,
            2,
            Normalisation.UNIT,
            UpdateRule.DELTA,
            "schema 1b2c projected with seed 7");
    assertThat(recipe).hasToString(STORED);
    assertThat(Recipe.parse(STORED)).isEqualTo(recipe);
  }

  @Test
  void refusesAnyOtherText() {
    assertThatThrownBy(() -> Recipe.parse("DPFP, vectors"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'DPFP, vectors' is no recipe of a memory");
    assertThatThrownBy(() -> Recipe.parse("FAVOR nu 2, UNIT, DELTA, vectors"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
