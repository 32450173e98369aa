package io.fastweights.jobs.values;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.types.Password;

/**
 * Options of a schema registry's client, by the names that Confluent's client gives them. As in
 * Kafka's clients, {@code config.providers} resolve {@code ${provider:path:key}}.
 */
final class RegistryOptions extends AbstractConfig {
  static final String USER_INFO = "basic.auth.user.info";
  static final String TOKEN = "bearer.auth.token";
  static final String TIMEOUT = "http.read.timeout.ms";

  static final String RETRIES = "max.retries";
  static final String RETRY_WAIT = "retries.wait.ms";

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int MOST_RETRIES = 3;
  private static final int RETRY_WAIT_MILLIS = 1000;

  private static final ConfigDef OPTIONS =
      new ConfigDef()
          .define(USER_INFO, Type.PASSWORD, null, Importance.MEDIUM, "USER:PASSWORD")
          .define(TOKEN, Type.PASSWORD, null, Importance.MEDIUM, "Token of HTTP bearer.")
          .define(
              TIMEOUT,
              Type.INT,
              TIMEOUT_MILLIS,
              ConfigDef.Range.atLeast(1),
              Importance.LOW,
              "Milliseconds to wait for an answer.")
          .define(
              RETRIES,
              Type.INT,
              MOST_RETRIES,
              ConfigDef.Range.atLeast(0),
              Importance.LOW,
              "Further tries after one that failed.")
          .define(
              RETRY_WAIT,
              Type.INT,
              RETRY_WAIT_MILLIS,
              ConfigDef.Range.atLeast(0),
              Importance.LOW,
              "Milliseconds to wait before each.")
          .define(
              AbstractConfig.CONFIG_PROVIDERS_CONFIG,
              Type.LIST,
              "",
              Importance.LOW,
              "Names of the providers of values.")
          .withClientSslSupport();

  /**
   * @throws IllegalArgumentException if a value is wrong
   */
  RegistryOptions(Map<String, String> properties) {
    super(OPTIONS, properties, false);
  }

  /** The names of the options. */
  static Set<String> names() {
    return OPTIONS.names();
  }

  /** The text of a secret; null where it is not given. */
  String secret(String name) {
    Password secret = getPassword(name);
    return secret == null ? null : secret.value();
  }

  /** True if the JDK's own trust is not enough. */
  boolean hasSsl() {
    return originals().keySet().stream().anyMatch(name -> name.startsWith("ssl."));
  }
}
