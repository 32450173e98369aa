package io.fastweights.operator.scoring;

import io.fastweights.operator.stored.ErrorStatistics;
import org.apache.flink.annotation.Internal;

/**
 * From the errors of one key to a decision: a score for each error, and an alarm for about as many
 * events as were asked for.
 *
 * <ol>
 *   <li><b>Two time scales.</b> An error and the recent mean of errors (each new one has the share
 *       1/{@value #RECENT}) are rated by {@link ErrorTail}, each by its own past. One spike shows
 *       in the first, a stretch of small misfits in the second. The smaller of the two
 *       probabilities counts, times 2 (Bonferroni).
 *   <li><b>News only.</b> What has begun goes on, and tells nothing new. A rating that is not above
 *       the highest of the last {@value #EPISODE} events counts as none.
 *   <li><b>The bar.</b> An alarm is a rating at or above the bar. The bar begins where the false
 *       alarm rate says, and moves by {@value #STEP} (alarm - rate) decades at each event, as in
 *       adaptive conformal inference (Gibbs and Candes 2021). So the share of alarms goes to the
 *       rate, whatever the errors' distribution is.
 * </ol>
 *
 * An instance holds no state of a key; it may be used for any number of them.
 */
@Internal
public final class AnomalyDetector {
  /** Errors of the recent mean. */
  static final int RECENT = 10;

  /** Events for which a rating must be above the last highest one. */
  static final int EPISODE = 400;

  /** Decades by which an alarm raises the bar. */
  static final double STEP = 0.2;

  /** A recent mean takes an error as this many mean errors at most. */
  private static final double OUTLIER = 1000;

  private static final double BOTH_SCALES = StrictMath.log10(2);

  private static final int EVENTS = 0;
  private static final int RECENT_MEAN = 1;
  private static final int ERRORS = 2;
  private static final int RECENT_MEANS = ERRORS + ErrorTail.SIZE;
  private static final int HIGHEST = RECENT_MEANS + ErrorTail.SIZE;
  private static final int SINCE = HIGHEST + 1;
  private static final int BAR = SINCE + 1;
  private static final int ALARM = BAR + 1;
  private static final int TIME = ALARM + 1;

  private final double rate;
  private final double bar;

  /**
   * @param falseAlarmRate share of events that are alarms though nothing has happened, in (0, 1)
   */
  public AnomalyDetector(double falseAlarmRate) {
    this.rate = falseAlarmRate;
    this.bar = -StrictMath.log10(falseAlarmRate);
  }

  /** The statistics of a key before its first error. */
  public static double[] start() {
    double[] state = new double[ErrorStatistics.SIZE];
    ErrorTail.start(state, ERRORS);
    ErrorTail.start(state, RECENT_MEANS);
    return state;
  }

  /**
   * Rates an error by the key's earlier ones, then learns it.
   *
   * @param error at least 0; NaN, an error that is not known, changes nothing
   * @param state the key's; changed in place
   * @return the score in [0, 1]: 1 - p, where p is the probability of such news at one event; NaN
   *     for an error that is not known
   */
  public double add(double error, double[] state) {
    if (Double.isNaN(error)) {
      state[ALARM] = 0;
      return Double.NaN;
    }
    int events = (int) state[EVENTS];
    double decades = news(rating(Math.min(error, Float.MAX_VALUE), events, state), state);
    state[EVENTS] = Math.min(events + 1, ErrorTail.MEMORY);
    decide(decades, events, state);
    return 1 - StrictMath.pow(10, -decades);
  }

  /** True if the error added last is an alarm. */
  public static boolean isAlarm(double[] state) {
    return state[ALARM] != 0;
  }

  /** Keeps the time of the key's last event, in milliseconds since 1970-01-01 UTC. */
  static void setTime(long millis, double[] state) {
    state[TIME] = millis;
  }

  static long time(double[] state) {
    return (long) state[TIME];
  }

  /** The higher rating of both time scales, in decades. */
  private static double rating(double error, int events, double[] state) {
    double widest = OUTLIER * ErrorTail.mean(state, ERRORS);
    double bounded = events < ErrorTail.FIRST_EVENTS ? error : Math.min(error, widest);
    double share = Math.max(1.0 / (events + 1), 1.0 / RECENT);
    state[RECENT_MEAN] += share * (bounded - state[RECENT_MEAN]);
    double single = ErrorTail.add(error, events, state, ERRORS);
    double recent = ErrorTail.add(state[RECENT_MEAN], events, state, RECENT_MEANS);
    return Math.max(0, Math.max(single, recent) - BOTH_SCALES);
  }

  private static double news(double decades, double[] state) {
    state[SINCE] = Math.min(state[SINCE] + 1, EPISODE + 1);
    if (state[SINCE] > EPISODE) {
      state[HIGHEST] = 0;
    }
    if (!(decades > state[HIGHEST])) {
      return 0;
    }
    state[HIGHEST] = decades;
    state[SINCE] = 0;
    return decades;
  }

  /** The bar is stored less where the rate puts it, so that the rate may change between jobs. */
  private void decide(double decades, int events, double[] state) {
    state[ALARM] = 0;
    if (events < ErrorTail.FIRST_EVENTS) {
      return;
    }
    boolean alarm = decades > 0 && decades >= bar + state[BAR];
    state[ALARM] = alarm ? 1 : 0;
    state[BAR] = Math.max(-bar, state[BAR] + STEP * ((alarm ? 1 : 0) - rate));
  }
}
