package io.fastweights.kernels.schema;

import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
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
  void aWordFarFromEveryNameGetsNoHint() {
    assertThat(Nearest.hint("colour", List.of("linger", "ttl"))).isEmpty();
  }

  @Test
  void noNameIsNearerThanTheOneMeant() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      String unknown = word(random);
      List<String> known = Stream.generate(() -> word(random)).limit(5).toList();
      String nearest = Collections.min(known, comparingInt(name -> Nearest.edits(unknown, name)));
      boolean near = Nearest.edits(unknown, nearest) <= Math.max(2, unknown.length() / 3);
      assertThat(Nearest.hint(unknown, known))
          .as("seed %d", seed)
          .isEqualTo(near ? "; did you mean " + nearest + "?" : "");
    }
  }

  private static String word(Random random) {
    return random
        .ints(random.nextInt(15), 'a', 'd')
        .mapToObj(Character::toString)
        .collect(joining());
  }
}
