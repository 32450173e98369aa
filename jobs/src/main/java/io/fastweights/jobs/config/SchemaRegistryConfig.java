package io.fastweights.jobs.config;

import java.io.Serializable;
import java.util.Map;

/**
 * A Confluent Schema Registry, or another with its REST API.
 *
 * @param url more than one with commas between
 * @param subject whose newest schema gives the columns; null for the topic's name and -value
 * @param properties of its client, by Confluent's names
 */
@SuppressWarnings("serial") // Map.copyOf makes serializable maps.
public record SchemaRegistryConfig(String url, String subject, Map<String, String> properties)
    implements Serializable {
  public SchemaRegistryConfig {
    properties = properties == null ? Map.of() : Map.copyOf(properties);
  }

  /** The subject of a topic's values. */
  public String subject(String topic) {
    return subject == null ? topic + "-value" : subject;
  }

  /** Without the properties, which may hold secrets. */
  @Override
  public String toString() {
    return url;
  }
}
