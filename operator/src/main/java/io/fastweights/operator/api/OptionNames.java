package io.fastweights.operator.api;

import io.fastweights.kernels.schema.Nearest;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;

/** The names of the options: Flink itself takes any, and reads none that it does not know. */
public final class OptionNames {
  private static final String PREFIX = "fastweights.";
  private static final List<String> KNOWN =
      FastWeightOptions.all().stream().map(ConfigOption::key).toList();

  private OptionNames() {}

  /**
   * @param job where all options of a job stand; those of others are left alone
   * @param builder nothing but what was set for the memories
   * @throws IllegalArgumentException if there is no option of a name; says which one is nearest
   */
  public static void check(ReadableConfig job, Configuration builder) {
    job.toMap().keySet().stream().filter(key -> key.startsWith(PREFIX)).forEach(OptionNames::check);
    builder.keySet().forEach(OptionNames::check);
  }

  private static void check(String key) {
    if (!KNOWN.contains(key)) {
      throw new IllegalArgumentException(
          "there is no option '" + key + "'" + Nearest.hint(key, KNOWN));
    }
  }
}
