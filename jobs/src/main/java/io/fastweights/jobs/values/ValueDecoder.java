package io.fastweights.jobs.values;

import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Decodes the value of a message into one JSON object, so that all formats are read alike. */
public interface ValueDecoder extends Serializable {
  /**
   * The decoder of a topic's values.
   *
   * @throws IllegalArgumentException if a file of the configuration holds no such schema, or the
   *     schema registry refuses
   * @throws IOException if a file cannot be read or no schema registry answers
   */
  static ValueDecoder of(KafkaSourceConfig config) throws IOException {
    if (config.schemaRegistry() != null) {
      return RegistryDecoder.of(config);
    }
    return switch (config.format()) {
      case JSON -> new JsonDecoder();
      case AVRO -> AvroDecoder.of(config.avroSchema());
      case PROTOBUF ->
          ProtobufDecoder.of(config.protobuf().descriptors(), config.protobuf().message());
    };
  }

  /**
   * @param message with a value
   * @throws MalformedEventException if the value cannot be read
   * @throws IOException if what is needed to read it cannot be had now
   */
  String json(Message message) throws MalformedEventException, IOException;

  /** True if the value is that JSON itself. */
  default boolean isJson() {
    return false;
  }

  /** Members that every value may have; null where that is not known. */
  default List<String> columns() {
    return null;
  }
}
