package io.fastweights.operator.api;

import io.fastweights.kernels.schema.Nearest;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;

/** The names of the options: Flink itself accepts unknown ones and ignores them. */
@Internal
public final class OptionNames {
  private static final String PREFIX = "fastweights.";
  private static final List<String> KNOWN =
      FastWeightOptions.all().stream().map(ConfigOption::key).toList();

  private OptionNames() {}

  /**
   * @param job all options of the job; options without the prefix are not checked
   * @param builder only options set for the memories
   * @throws IllegalArgumentException if an option does not exist; names the nearest one
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
