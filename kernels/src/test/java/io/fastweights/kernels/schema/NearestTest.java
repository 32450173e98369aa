package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  @ParameterizedTest
  @CsvSource({"kitten, sitting, 3", "flaw, lawn, 2", "same, same, 0", "'', abc, 3", "abc, '', 3"})
  void editsAreCounted(String a, String b, int edits) {
    assertThat(Nearest.edits(a, b)).isEqualTo(edits);
  }

  @Test
  void theNearestNameIsMeant() {
    List<String> known = List.of("cache-sizes", "cache-size", "linger");
    assertThat(Nearest.hint("cache-sise", known)).isEqualTo("; did you mean cache-size?");
  }

  @Test
  void whatIsFarFromEveryNameGetsNoHint() {
    assertThat(Nearest.hint("colour", List.of("linger", "ttl"))).isEmpty();
  }
}
