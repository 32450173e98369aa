package io.fastweights.operator.scoring;

import java.util.Arrays;
import org.apache.flink.annotation.Internal;

/**
 * The mean of a loss over a stream, in the three ways of Gama, Sebastião and Rodrigues, "On
 * evaluating stream learning algorithms" (Machine Learning 90, 2013, section 3). For losses L(1)
 * ... L(i) it is
 *
 * <ul>
 *   <li>since the start: 1/i sum of L(k). It never forgets how bad the model was at first;
 *   <li>over a sliding window of w: 1/w sum of the last w losses;
 *   <li>faded by a factor a: sum of a^(i-k) L(k) over sum of a^(i-k). It forgets in about 1/(1-a)
 *       events and needs no window.
 * </ul>
 *
 * <p>One thread adds; any may read.
 */
@Internal
public final class PrequentialMean {
  private final double[] ring;
  private final double fading;
  private int at;
  private long count;
  private double sum;
  private double windowSum;
  private double fadedSum;
  private double fadedWeight;

  private volatile double sinceStart = Double.NaN;
  private volatile double windowed = Double.NaN;
  private volatile double faded = Double.NaN;

  /**
   * @param window events of the sliding window
   * @param fading factor a of the faded mean, in (0, 1]
   */
  public PrequentialMean(int window, double fading) {
    this.ring = new double[window];
    this.fading = fading;
  }

  /** Adds a loss; one that is not finite is left out. */
  public void add(double loss) {
    if (!Double.isFinite(loss)) {
      return;
    }
    count++;
    sum += loss;
    fadedSum = loss + fading * fadedSum;
    fadedWeight = 1 + fading * fadedWeight;
    windowSum += loss - ring[at];
    ring[at++] = loss;
    if (at == ring.length) {
      at = 0;
      // Additions and subtractions accumulate rounding errors: sum again.
      windowSum = Arrays.stream(ring).sum();
    }
    sinceStart = sum / count;
    windowed = windowSum / Math.min(count, ring.length);
    faded = fadedSum / fadedWeight;
  }

  /** NaN before the first loss. */
  public double sinceStart() {
    return sinceStart;
  }

  /** NaN before the first loss. */
  public double window() {
    return windowed;
  }

  /** NaN before the first loss. */
  public double faded() {
    return faded;
  }
}
