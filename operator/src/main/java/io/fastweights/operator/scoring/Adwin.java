package io.fastweights.operator.scoring;

import java.util.Arrays;
import org.apache.flink.annotation.Internal;

/**
 * ADWIN: a window of a stream's values that grows while their mean stays and drops its older part
 * when that part's mean differs from the newer one's (Bifet and Gavaldà, "Learning from
 * Time-Changing Data with Adaptive Windowing", SDM 2007). This is their ADWIN2: the window is kept
 * as an exponential histogram of at most {@value #MOST} + 1 buckets of each power of two, in O(log
 * n) memory, and is split between buckets only.
 *
 * <p>A split into n0 older and n1 newer values is a cut when the means differ by more than
 *
 * <pre>  sqrt(2/m v ln(2/d)) + 2/(3m) ln(2/d),   1/m = 1/n0 + 1/n1,   d = delta / ln(n)</pre>
 *
 * with v the window's variance (section 4, equation 3.1, with d as the paper advises for use).
 * Values are in [0, 1]. The window is tested at every {@value #CLOCK}nd value.
 */
@Internal
public final class Adwin {
  private static final int MOST = 5;
  private static final int CLOCK = 32;
  private static final int LEAST = 5;
  private static final int ROWS = 40;

  private final double delta;
  private final Row[] rows = new Row[ROWS];
  private int used = 1;
  private long width;
  private double total;
  private double spread;
  private int clock;
  private double strongestOlder;
  private double strongestNewer;
  private long strongestEvents;
  private double meanBefore = Double.NaN;
  private double meanAfter = Double.NaN;
  private long eventsAfter;

  /** Buckets of 2^i values each, the oldest first: their sums, and squares about their means. */
  private static final class Row {
    final double[] totals = new double[MOST + 2];
    final double[] spreads = new double[MOST + 2];
    int count;

    void append(double bucketTotal, double bucketSpread) {
      totals[count] = bucketTotal;
      spreads[count] = bucketSpread;
      count++;
    }

    void dropOldest(int buckets) {
      System.arraycopy(totals, buckets, totals, 0, count - buckets);
      System.arraycopy(spreads, buckets, spreads, 0, count - buckets);
      count -= buckets;
    }
  }

  /**
   * @param delta of a false alarm, in (0, 1): the smaller, the fewer cuts
   */
  public Adwin(double delta) {
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("delta is " + delta + ", must be in (0, 1)");
    }
    this.delta = delta;
    Arrays.setAll(rows, i -> new Row());
  }

  /**
   * Adds a value.
   *
   * @return true if the window was cut: the mean has changed
   */
  public boolean add(double value) {
    if (width > 0) {
      double distance = value - total / width;
      spread += distance * distance * width / (width + 1);
    }
    rows[0].append(value, 0);
    width++;
    total += value;
    compress();
    return ++clock % CLOCK == 0 && cut();
  }

  /** The two oldest buckets of a row that is too full become one of the next row. */
  private void compress() {
    for (int i = 0; i + 1 < ROWS && rows[i].count > MOST; i++) {
      Row row = rows[i];
      double size = Math.scalb(1.0, i);
      double distance = (row.totals[0] - row.totals[1]) / size;
      double merged = row.spreads[0] + row.spreads[1] + distance * distance * size / 2;
      rows[i + 1].append(row.totals[0] + row.totals[1], merged);
      row.dropOldest(2);
      used = Math.max(used, i + 2);
    }
  }

  /** Drops the oldest bucket while some split of the window is a cut. */
  private boolean cut() {
    if (!findCut()) {
      return false;
    }
    meanBefore = strongestOlder;
    meanAfter = strongestNewer;
    eventsAfter = strongestEvents;
    do {
      dropOldestBucket();
    } while (findCut());
    return true;
  }

  /** Finds the split with the clearest difference; true if there is a cut. */
  private boolean findCut() {
    double strongest = 1;
    long olderWidth = 0;
    double olderTotal = 0;
    for (int i = used - 1; i >= 0; i--) {
      for (int b = 0; b < rows[i].count; b++) {
        olderWidth += 1L << i;
        olderTotal += rows[i].totals[b];
        long newerWidth = width - olderWidth;
        if (olderWidth >= LEAST && newerWidth >= LEAST) {
          double older = olderTotal / olderWidth;
          double newer = (total - olderTotal) / newerWidth;
          double strength = Math.abs(older - newer) / limit(olderWidth, newerWidth);
          if (strength > strongest) {
            strongest = strength;
            strongestOlder = older;
            strongestNewer = newer;
            strongestEvents = newerWidth;
          }
        }
      }
    }
    return strongest > 1;
  }

  /** Bound on the difference of two parts' means by chance. */
  private double limit(double olderWidth, double newerWidth) {
    double inverse = 1 / olderWidth + 1 / newerWidth;
    double confidence = Math.log(2 * Math.log(width) / delta);
    double variance = Math.max(0, spread) / width;
    return Math.sqrt(2 * inverse * variance * confidence) + 2.0 / 3 * inverse * confidence;
  }

  private void dropOldestBucket() {
    while (rows[used - 1].count == 0) {
      used--;
    }
    Row row = rows[used - 1];
    double size = Math.scalb(1.0, used - 1);
    width -= 1L << used - 1;
    total -= row.totals[0];
    double distance = row.totals[0] / size - total / width;
    spread -= row.spreads[0] + distance * distance * size * width / (size + width);
    row.dropOldest(1);
  }

  /** Values in the window. */
  public long width() {
    return width;
  }

  /** Mean of the window; NaN while it is empty. */
  public double mean() {
    return total / width;
  }

  /** Variance of the window. */
  public double variance() {
    return Math.max(0, spread) / width;
  }

  /** Mean of the values before the last change; NaN before the first. */
  public double meanBefore() {
    return meanBefore;
  }

  /** Mean of the values after the last change, at its detection; NaN before the first. */
  public double meanAfter() {
    return meanAfter;
  }

  /** Approximate number of values between the last change and its detection; 0 before the first. */
  public long eventsAfter() {
    return eventsAfter;
  }
}
