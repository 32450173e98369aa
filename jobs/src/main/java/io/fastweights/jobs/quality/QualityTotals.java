package io.fastweights.jobs.quality;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * The measures of a job as an accumulator. The totals of subtasks may be merged in any order.
 *
 * <p>The task adds; Flink serializes from another thread.
 */
public final class QualityTotals implements Accumulator<QualityTotals, QualityTotals> {
  /** Name of the accumulator. */
  public static final String NAME = "quality";

  private static final long serialVersionUID = 1L;

  private transient Tally tally;

  QualityTotals(Layout layout) {
    tally = new Tally(layout);
  }

  /** The form of the accumulator between processes. */
  private record Stored(Layout layout, byte[] sums) implements Serializable {
    private Object readResolve() {
      QualityTotals totals = new QualityTotals(layout);
      totals.restore(sums);
      return totals;
    }
  }

  private Object writeReplace() {
    return new Stored(tally.layout, bytes());
  }

  /** Counts the label of an earlier ask. */
  synchronized void answer() {
    tally.answered++;
  }

  synchronized void add(long time, float[] prediction, float[] guesses, float[] target) {
    tally.add(time, prediction, guesses, target);
  }

  /** All sums, for a checkpoint. */
  synchronized byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      tally.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Adds sums of a checkpoint.
   *
   * @throws UncheckedIOException if they are of another layout
   */
  synchronized void restore(byte[] sums) {
    try {
      tally.add(Tally.read(tally.layout, new DataInputStream(new ByteArrayInputStream(sums))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The measures so far; null before the first scored event. */
  public synchronized Quality quality() {
    return tally.events == 0 ? null : new Estimates(tally).quality();
  }

  /** Labels of earlier asks. */
  public synchronized long answered() {
    return tally.answered;
  }

  /** Labelled events that were not scored: their prediction was not finite. */
  public synchronized long notFinite() {
    return tally.notFinite;
  }

  /** Labelled events that were not scored: their ask was stored before there were baselines. */
  public synchronized long withoutGuesses() {
    return tally.withoutGuesses;
  }

  /** Mean losses so far of the memories and of the best baseline; see {@link Estimates#losses}. */
  synchronized double[] losses() {
    return tally.events == 0 ? null : new Estimates(tally).losses();
  }

  /** "log loss 0.2911, best baseline 0.5711"; empty before the first scored event. */
  public String summary() {
    double[] losses = losses();
    return losses == null
        ? ""
        : String.format(
            Locale.ROOT,
            "%s %.4f, best baseline %.4f",
            switch (tally.layout.kind()) {
              case NUMBER -> Measure.MEAN_ABSOLUTE_ERROR.title();
              case BINARY, CLASSES -> Measure.LOG_LOSS.title();
              case ITEM -> "1 - " + Measure.MRR.title();
            },
            losses[0],
            losses[1]);
  }

  @Override
  public void add(QualityTotals other) {
    merge(other);
  }

  @Override
  public QualityTotals getLocalValue() {
    return this;
  }

  @Override
  public synchronized void resetLocal() {
    tally = new Tally(tally.layout);
  }

  @Override
  public void merge(Accumulator<QualityTotals, QualityTotals> other) {
    Tally more = other.getLocalValue().copy();
    synchronized (this) {
      tally.add(more);
    }
  }

  private synchronized Tally copy() {
    Tally copy = new Tally(tally.layout);
    copy.add(tally);
    return copy;
  }

  @Override
  public QualityTotals clone() {
    QualityTotals clone = new QualityTotals(tally.layout);
    clone.tally = copy();
    return clone;
  }
}
