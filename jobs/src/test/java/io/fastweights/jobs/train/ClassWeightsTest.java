package io.fastweights.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassWeightsTest {
  private static final Target COLOURS = new Target.Classes("colour", List.of("red", "blue", "a=b"));
  private static final Target CLICKED = new Target.Binary("clicked");

  /** Labels 0, 0, 0 and 1; -1 counts for none. */
  private static final List<EventSequence> TRAIN =
      List.of(
          EventSequence.ofTokens("a", new int[3], new int[] {0, -1, 0}),
          EventSequence.ofTokens("b", new int[2], new int[] {0, 1}));

  @Test
  void balancedClassesCountTheSameAndTheirMeanIsOne() {
    List<Double> binary = ClassWeights.parse("balanced", CLICKED, TRAIN);
    assertThat(binary).containsExactly(4 / 6.0, 4 / 2.0);
    assertThat((3 * binary.get(0) + binary.get(1)) / 4).isEqualTo(1);
    assertThat(ClassWeights.parse("balanced", COLOURS, TRAIN)).endsWith(1.0).hasSize(3);
  }

  @Test
  void namedClassesHaveTheirFactorAndOthersOne() {
    assertThat(ClassWeights.parse("blue=5", COLOURS, TRAIN)).containsExactly(1.0, 5.0, 1.0);
    assertThat(ClassWeights.parse("a=b=0.5,red=2", COLOURS, TRAIN)).containsExactly(2.0, 1.0, 0.5);
    assertThat(ClassWeights.parse("true=3", CLICKED, TRAIN)).containsExactly(1.0, 3.0);
    assertThat(ClassWeights.parse("none", CLICKED, TRAIN)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "heavy | must be none, balanced or CLASS=FACTOR,...",
        "green=2 | target colour has no such class",
        "red=0 | the factor must be a number above 0",
        "red=much | the factor must be a number above 0",
      })
  void refusesWhatIsNoWeight(String text, String says) {
    assertThatThrownBy(() -> ClassWeights.parse(text, COLOURS, TRAIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--class-weights has '" + text + "'")
        .hasMessageContaining(says);
    assertThatThrownBy(() -> ClassWeights.parse(text, new Target.Number("delay", 0, 1), TRAIN))
        .hasMessageContaining("target delay is a number");
  }
}
