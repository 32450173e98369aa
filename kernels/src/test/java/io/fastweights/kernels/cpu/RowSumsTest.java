package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums of rows, on vectors and in plain loops. */
@Tag(WidthTest.WIDTH)
class RowSumsTest {

  /** Up to three of the widest vectors and one, and longer rows. */
  static IntStream lengths() {
    return IntStream.concat(IntStream.rangeClosed(0, 49), IntStream.of(100, 203));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void vectorsGiveTheBitsOfPlainLoopsAtAnyPlace(int n) {
    SplittableRandom random = new SplittableRandom(n);
    for (int round = 0; round < 20; round++) {
      float[] x = random(5 * n + 40, random);
      float[] y = random(n + 10, random);
      float[] expected = y.clone();
      float[] a = random(4, random);
      int[] at = random.ints(4, 0, x.length - n).toArray();
      int yAt = random.nextInt(10);
      sum(new ScalarRows(), a, x, at, expected, yAt, n);
      sum(ProvidedKernels.get().rows(), a, x, at, y, yAt, n);
      assertThat(y).as("round %d", round).isEqualTo(expected);
    }
  }

  @Test
  void fourRowsAreAddedInTheirOrder() {
    for (RowSums sums : new RowSums[] {new ScalarRows(), ProvidedKernels.get().rows()}) {
      float[] rows = random(4 * 19, new SplittableRandom(2));
      float[] together = new float[19];
      float[] apart = new float[19];
      sums.addFour(1.5f, -2, 0.3f, 7, rows, 0, 19, 38, 57, together, 0, 19);
      sums.add(1.5f, rows, 0, apart, 0, 19);
      sums.add(-2, rows, 19, apart, 0, 19);
      sums.add(0.3f, rows, 38, apart, 0, 19);
      sums.add(7, rows, 57, apart, 0, 19);
      assertThat(together).isEqualTo(apart).isNotEqualTo(new float[19]);
    }
  }

  private static void sum(RowSums sums, float[] a, float[] x, int[] at, float[] y, int yAt, int n) {
    sums.addFour(a[0], a[1], a[2], a[3], x, at[0], at[1], at[2], at[3], y, yAt, n);
    sums.add(a[1], x, at[2], y, yAt, n);
  }

  private static float[] random(int n, SplittableRandom random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
