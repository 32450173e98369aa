package io.fastweights.operator.api;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/** The ranges of the options. */
@Internal
public final class OptionRanges {
  private static final int MOST_BATCH = 1 << 16;
  private static final Duration MOST_LINGER = Duration.ofDays(1);
  private static final Duration MOST_TIME = Duration.ofDays(365_000);
  private static final double MOST_FOLD = 16;
  private static final Duration MOST_LABELS_TTL = Duration.ofDays(3650);
  private static final int MOST_WINDOW = 10_000_000;
  private static final int MOST_RANKING = 1000;
  private static final double LEAST_ALARMS = 1e-6;

  /** An episode has but a few ratings that are above all before them. */
  private static final double MOST_ALARMS = 0.01;

  private final ReadableConfig options;

  private OptionRanges(ReadableConfig options) {
    this.options = options;
  }

  /**
   * @throws IllegalArgumentException if an option is out of its range; names it, its value and the
   *     limit
   */
  public static void check(ReadableConfig options) {
    OptionRanges ranges = new OptionRanges(options);
    ranges.checkBatching();
    ranges.checkForgetting();
    ranges.checkAssociative();
    ranges.checkScoring();
    AllowedPaths.of(options);
  }

  private void checkBatching() {
    int batch = atLeast(FastWeightOptions.BATCH_SIZE, 1);
    check(batch <= MOST_BATCH, FastWeightOptions.BATCH_SIZE, "must be at most " + MOST_BATCH);
    Duration linger = options.get(FastWeightOptions.LINGER);
    check(
        !linger.isNegative() && linger.compareTo(MOST_LINGER) <= 0,
        FastWeightOptions.LINGER,
        "must be in 0 ... 1 day");
    double fold = options.get(FastWeightOptions.FOLD_THRESHOLD);
    atLeast(FastWeightOptions.UNSAVED_KEYS, 0);
    check(fold >= 0 && fold <= MOST_FOLD, FastWeightOptions.FOLD_THRESHOLD, "must be in 0 ... 16");
  }

  private void checkForgetting() {
    checkTime(FastWeightOptions.TTL);
    checkTime(FastWeightOptions.HALF_LIFE);
  }

  private void checkTime(ConfigOption<Duration> option) {
    Duration time = options.get(option);
    check(
        time.isZero()
            || time.compareTo(Duration.ofMillis(1)) >= 0 && time.compareTo(MOST_TIME) <= 0,
        option,
        "must be 0 or in 1 ms ... 365000 days");
  }

  private void checkAssociative() {
    long features = 2L * atLeast(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 1);
    int nu = atLeast(FastWeightOptions.ASSOCIATIVE_NU, 1);
    check(
        nu < features,
        FastWeightOptions.ASSOCIATIVE_NU,
        String.format(
            Locale.ROOT,
            "must be below %d, twice %s",
            features,
            FastWeightOptions.ASSOCIATIVE_KEY_DIM.key()));
    List<Double> betas = options.get(FastWeightOptions.ASSOCIATIVE_BETAS);
    check(!betas.isEmpty(), FastWeightOptions.ASSOCIATIVE_BETAS, "must have at least one");
    check(
        betas.stream().allMatch(beta -> beta.floatValue() > 0 && beta <= 1),
        FastWeightOptions.ASSOCIATIVE_BETAS,
        "must be in (0, 1]");
  }

  private void checkScoring() {
    Duration ttl = options.get(FastWeightOptions.LABELS_TTL);
    check(
        !ttl.isNegative() && ttl.compareTo(MOST_LABELS_TTL) <= 0 && ttl.toMillis() > 0,
        FastWeightOptions.LABELS_TTL,
        "must be in 1 ms ... 3650 days");
    int window = atLeast(FastWeightOptions.PREQUENTIAL_WINDOW, 1);
    check(
        window <= MOST_WINDOW,
        FastWeightOptions.PREQUENTIAL_WINDOW,
        "must be at most " + MOST_WINDOW);
    int ranking = atLeast(FastWeightOptions.RANKING_SIZE, 1);
    check(
        ranking <= MOST_RANKING, FastWeightOptions.RANKING_SIZE, "must be at most " + MOST_RANKING);
    double fading = options.get(FastWeightOptions.PREQUENTIAL_FADING);
    check(fading > 0 && fading <= 1, FastWeightOptions.PREQUENTIAL_FADING, "must be in (0, 1]");
    double delta = options.get(FastWeightOptions.DRIFT_DELTA);
    check(delta > 0 && delta < 1, FastWeightOptions.DRIFT_DELTA, "must be in (0, 1)");
    double rate = options.get(FastWeightOptions.FALSE_ALARM_RATE);
    check(
        rate >= LEAST_ALARMS && rate <= MOST_ALARMS,
        FastWeightOptions.FALSE_ALARM_RATE,
        "must be in 1.0E-6 ... 0.01");
  }

  private int atLeast(ConfigOption<Integer> option, int least) {
    int value = options.get(option);
    check(value >= least, option, "must be at least " + least);
    return value;
  }

  private void check(boolean holds, ConfigOption<?> option, String limit) {
    if (!holds) {
      throw new IllegalArgumentException(
          option.key() + " is " + options.get(option) + ", " + limit);
    }
  }
}
