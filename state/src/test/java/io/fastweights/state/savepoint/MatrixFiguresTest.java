package io.fastweights.state.savepoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.state.savepoint.MatrixFigures.Row;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MatrixFiguresTest {
  private static final double CLOSE = 1e-6;

  @Test
  void anEmptyMemoryHasNothing() {
    assertThat(MatrixFigures.of(new float[12], 0, 4, 3))
        .isEqualTo(new MatrixFigures(0, 0, 0, 0, 0));
  }

  @Test
  void oneAssociationHasRankOneHoweverManyRowsItTouches() {
    float[] w = new float[5 * 3];
    for (int r = 1; r < 5; r++) {
      for (int c = 0; c < 3; c++) {
        w[r * 3 + c] = 2 * (c - 1);
      }
    }
    MatrixFigures figures = MatrixFigures.of(w, 0, 5, 3);
    assertThat(figures.effectiveRank()).isEqualTo(1, within(CLOSE));
    assertThat(figures.effectiveRows()).isEqualTo(4, within(CLOSE));
    assertThat(figures.usedRows()).isEqualTo(4);
    assertThat(figures.largest()).isEqualTo(2);
    assertThat(figures.norm()).isEqualTo(Math.sqrt(4 * 8), within(CLOSE));
  }

  @Test
  void equalOrthogonalAssociationsCountOneEach() {
    int n = 6;
    float[] w = new float[3 + n * n];
    for (int i = 0; i < n; i++) {
      w[3 + i * n + i] = i % 2 == 0 ? 3 : -3;
    }
    MatrixFigures figures = MatrixFigures.of(w, 3, n, n);
    assertThat(figures.effectiveRank()).isEqualTo(n, within(CLOSE));
    assertThat(figures.effectiveRows()).isEqualTo(n, within(CLOSE));
  }

  @Test
  void rankStaysWithinTheSmallerDimensionAndDoesNotDependOnScale() {
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 50; trial++) {
      int rows = 1 + random.nextInt(20);
      int columns = 1 + random.nextInt(8);
      float[] w = new float[rows * columns];
      float[] larger = new float[w.length];
      for (int i = 0; i < w.length; i++) {
        w[i] = (float) random.nextGaussian();
        larger[i] = 4 * w[i];
      }
      double rank = MatrixFigures.of(w, 0, rows, columns).effectiveRank();
      assertThat(rank).isBetween(1 - CLOSE, Math.min(rows, columns) + CLOSE);
      assertThat(MatrixFigures.of(larger, 0, rows, columns).effectiveRank())
          .isEqualTo(rank, within(CLOSE));
    }
  }

  @Test
  void largestRowsComeFirst() {
    float[] w = {0, 1, 3, 4, 0, 0, 0, 1};
    assertThat(MatrixFigures.largestRows(w, 0, 4, 2, 3))
        .containsExactly(new Row(1, 5), new Row(0, 1), new Row(3, 1));
  }
}
