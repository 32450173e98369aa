package io.fastweights.state;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * Sets a Flink option that is a size. Flink turns the values of a configuration into text when it
 * copies one. {@link MemorySize} writes its number with the digits of the default locale, and reads
 * no digits but those of ASCII. So a size goes into a configuration as text, in bytes.
 */
@Internal
public final class SizeOption {
  private SizeOption() {}

  /** Sets the option; returns the configuration. */
  public static Configuration set(
      Configuration configuration, ConfigOption<MemorySize> option, MemorySize size) {
    configuration.setString(option.key(), size.getBytes() + " bytes");
    return configuration;
  }

  /** Sets the option if the configuration does not have it. */
  public static void setDefault(
      Configuration configuration, ConfigOption<MemorySize> option, MemorySize size) {
    if (!configuration.contains(option)) {
      set(configuration, option, size);
    }
  }
}
