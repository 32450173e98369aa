package io.fastweights.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.operator.api.FastWeightOptions;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalResourceOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** The options of Flink and of the memories, by their keys; others are errors. */
final class KnownOptions {
  private static final List<Class<?>> OWNERS =
      List.of(
          CheckpointingOptions.class,
          ClusterOptions.class,
          CoreOptions.class,
          DeploymentOptions.class,
          ExecutionOptions.class,
          ExternalResourceOptions.class,
          HeartbeatManagerOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          PipelineOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          RocksDBConfigurableOptions.class,
          RocksDBOptions.class,
          StateBackendOptions.class,
          StateRecoveryOptions.class,
          TaskManagerOptions.class,
          WebOptions.class);

  /** Prefixes of keys that end in a user-defined name, or belong to a file system or a listener. */
  private static final List<String> OPEN =
      List.of(
          "external-resource.",
          "fs.",
          "metrics.reporter.",
          "metrics.scope.",
          "openlineage.",
          "s3.");

  private static final Map<String, ConfigOption<?>> FLINK = flink();
  private static final Map<String, ConfigOption<?>> MEMORIES = new LinkedHashMap<>();

  static {
    FastWeightOptions.all().forEach(option -> MEMORIES.put(option.key(), option));
  }

  private KnownOptions() {}

  /**
   * Takes the options of a section, nested or with dots in their keys.
   *
   * @param prefix of their keys; empty for Flink's own
   * @throws IllegalArgumentException if a key is unknown or its value cannot be read
   */
  static void read(String prefix, JsonNode section, Configuration into) {
    Map<String, String> values = new LinkedHashMap<>();
    flatten(prefix, section, values);
    Map<String, ConfigOption<?>> known = prefix.isEmpty() ? FLINK : MEMORIES;
    values.forEach(
        (key, value) -> {
          ConfigOption<?> option = known.get(key);
          if (option == null && OPEN.stream().noneMatch(key::startsWith)) {
            throw new IllegalArgumentException(
                "unknown option '" + key + "'" + Nearest.hint(key, known.keySet()));
          }
          // Flink's kb, mb and gb are powers of 1024 too, but it does not know these names.
          into.setString(key, value.replaceFirst("(?i)^(\\d+\\s*[kmgt])ib$", "$1b"));
          if (option != null) {
            check(option, value, into);
          }
        });
  }

  private static void check(ConfigOption<?> option, String value, Configuration options) {
    try {
      options.get(option);
    } catch (IllegalArgumentException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s cannot be '%s': %s", option.key(), value, reason.getMessage()));
    }
  }

  private static void flatten(String key, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              member ->
                  flatten(
                      key.isEmpty() ? member.getKey() : key + "." + member.getKey(),
                      member.getValue(),
                      into));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText()));
      into.put(key, String.join(";", items));
    } else if (!node.isNull()) {
      into.put(key, node.asText());
    }
  }

  private static Map<String, ConfigOption<?>> flink() {
    Map<String, ConfigOption<?>> options = new LinkedHashMap<>();
    for (Class<?> owner : OWNERS) {
      for (Field field : owner.getFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          ConfigOption<?> option = option(field);
          options.put(option.key(), option);
          for (FallbackKey fallback : option.fallbackKeys()) {
            options.putIfAbsent(fallback.getKey(), option);
          }
        }
      }
    }
    return options;
  }

  private static ConfigOption<?> option(Field field) {
    try {
      return (ConfigOption<?>) field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
