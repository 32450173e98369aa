package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.MalformedEventException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidateCellsTest {

  @Test
  void idsStandBetweenBarsOrInAJsonList() throws Exception {
    assertThat(CandidateCells.of("a|b c|3")).containsExactly("a", "b c", "3");
    assertThat(CandidateCells.of("a")).containsExactly("a");
    assertThat(CandidateCells.of("a||")).as("blank ones are refused later").hasSize(3);
    assertThat(CandidateCells.of("[\"a|b\", 17, true]")).containsExactly("a|b", "17", "true");
    assertThat(CandidateCells.of("[]")).isEmpty();
    assertThat(CandidateCells.of(null)).isNull();
    assertThat(CandidateCells.of(" ")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1", "[{\"id\": 1}]", "[[1]]", "[null]", "[1, 2"})
  void aListThatIsNoneIsRefused(String cell) {
    assertThatThrownBy(() -> CandidateCells.of(cell))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageStartingWith("the candidates are no ");
  }
}
