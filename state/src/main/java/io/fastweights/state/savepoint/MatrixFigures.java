package io.fastweights.state.savepoint;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.annotation.Internal;

/**
 * Figures of a head's W, float[rows][columns].
 *
 * @param norm Frobenius norm
 * @param largest largest magnitude of a weight
 * @param usedRows rows that are not all zero: features of phi that events have written to
 * @param effectiveRows (sum |w_i|^2)^2 / sum |w_i|^4 over rows w_i: number of rows over which the
 *     weight is spread; 0 for an empty memory
 * @param effectiveRank (sum s_i^2)^2 / sum s_i^4 over singular values s_i (the participation
 *     ratio): number of equally strong associations with this spread; 0 for an empty memory
 */
@Internal
public record MatrixFigures(
    double norm, double largest, int usedRows, double effectiveRows, double effectiveRank) {

  /** A row of W and its Euclidean length. */
  public record Row(int row, double norm) {}

  /** Figures of the matrix that begins at {@code w[at]}. */
  public static MatrixFigures of(float[] w, int at, int rows, int columns) {
    double largest = 0;
    int used = 0;
    double squares = 0;
    double fourths = 0;
    for (int r = 0; r < rows; r++) {
      double length = norm(w, at + r * columns, columns);
      used += length > 0 ? 1 : 0;
      squares += length * length;
      fourths += Math.pow(length, 4);
      for (int c = 0; c < columns; c++) {
        largest = Math.max(largest, Math.abs(w[at + r * columns + c]));
      }
    }
    return new MatrixFigures(
        Math.sqrt(squares),
        largest,
        used,
        participation(squares, fourths),
        participation(squares, gram(w, at, rows, columns)));
  }

  private static double participation(double squares, double fourths) {
    return fourths == 0 ? 0 : squares * squares / fourths;
  }

  /** |W^T W|^2 (Frobenius), which is the sum of the singular values' fourth powers. */
  private static double gram(float[] w, int at, int rows, int columns) {
    double sum = 0;
    for (int a = 0; a < columns; a++) {
      for (int b = 0; b <= a; b++) {
        double product = 0;
        for (int r = 0; r < rows; r++) {
          product += (double) w[at + r * columns + a] * w[at + r * columns + b];
        }
        sum += (a == b ? 1 : 2) * product * product;
      }
    }
    return sum;
  }

  /** The longest rows, longest first; of equal ones the first. */
  public static List<Row> largestRows(float[] w, int at, int rows, int columns, int most) {
    return IntStream.range(0, rows)
        .mapToObj(r -> new Row(r, norm(w, at + r * columns, columns)))
        .sorted(Comparator.comparingDouble(Row::norm).reversed())
        .limit(most)
        .toList();
  }

  /** Euclidean length of {@code count} floats. */
  static double norm(float[] w, int at, int count) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      squares += (double) w[at + i] * w[at + i];
    }
    return Math.sqrt(squares);
  }
}
