package io.fastweights.operator.sql;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.OptionNames;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;

/** Those of {@link FastWeightOptions} that apply to row-by-row processing. */
final class RowOptions {
  private static final List<ConfigOption<?>> APPLY =
      List.of(
          FastWeightOptions.CACHE_SIZE,
          FastWeightOptions.FOLD_THRESHOLD,
          FastWeightOptions.HALF_LIFE,
          FastWeightOptions.ENGINE,
          FastWeightOptions.FALSE_ALARM_RATE,
          FastWeightOptions.ORDER,
          FastWeightOptions.ASSOCIATIVE_KEY_DIM,
          FastWeightOptions.ASSOCIATIVE_NU,
          FastWeightOptions.ASSOCIATIVE_STEP_SIZES,
          FastWeightOptions.ASSOCIATIVE_BETAS,
          FastWeightOptions.ASSOCIATIVE_SEED);

  private RowOptions() {}

  /**
   * The options of a call: its own, then the session's, then the defaults. One default differs: the
   * engine is the CPU's, as a device does not pay off for single events.
   *
   * @throws IllegalArgumentException if an option is unknown, of no use here, or no value of its
   *     type; names the argument {@code options}
   */
  static Configuration of(Map<String, String> call, ReadableConfig session) {
    call.keySet().forEach(RowOptions::checkKey);
    checkSession(session);
    Configuration said = Configuration.fromMap(call);
    Configuration chosen =
        new Configuration()
            .set(FastWeightOptions.BATCH_SIZE, 1)
            .set(FastWeightOptions.ENGINE, Device.CPU);
    APPLY.forEach(option -> choose(option, said, session, chosen));
    return chosen;
  }

  /** The session's options are for all queries: ignore one that does not apply here. */
  private static void checkSession(ReadableConfig session) {
    try {
      OptionNames.check(session, new Configuration());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("options: " + e.getMessage(), e);
    }
  }

  private static void checkKey(String key) {
    if (APPLY.stream().noneMatch(option -> option.key().equals(key))) {
      List<String> keys = APPLY.stream().map(ConfigOption::key).toList();
      boolean known = FastWeightOptions.all().stream().anyMatch(option -> option.key().equals(key));
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "options: %s %s; there are %s",
              key,
              known
                  ? "is of no use to a function called row by row"
                  : "is unknown" + Nearest.hint(key, keys),
              keys));
    }
  }

  private static <V> void choose(
      ConfigOption<V> option, ReadableConfig said, ReadableConfig session, Configuration chosen) {
    try {
      said.getOptional(option)
          .or(() -> session.getOptional(option))
          .ifPresent(value -> chosen.set(option, value));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("options: " + e.getMessage(), e);
    }
  }
}
