package io.fastweights.jobs.values;

import io.fastweights.jobs.config.KafkaSinkConfig;
import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.config.SchemaRegistryConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.jobs.values.RegisteredSchema.Reference;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that names the schema of a registry that it was written with: Avro, JSON or Protobuf. It
 * is read by that schema, so that writers may change theirs while the job runs.
 */
final class RegistryDecoder implements ValueDecoder {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(RegistryDecoder.class);

  /** Schemas that are kept; a topic has few. */
  private static final int MOST_KNOWN = 1000;

  /** For how long it is remembered that the registry has no such schema: replicas may lag. */
  private static final long ABSENT_NANOS = 10_000_000_000L;

  private final SchemaRegistryConfig config;
  private final String only;

  @SuppressWarnings("serial") // Stream.toList makes serializable lists.
  private final List<String> columns;

  private transient SchemaRegistry registry;
  private transient Map<String, Known> known;

  private RegistryDecoder(SchemaRegistryConfig config, String only, List<String> columns) {
    this.config = config;
    this.only = only;
    this.columns = columns;
  }

  /** Reads values of one schema. */
  private interface Reader {
    String json(SchemaFrame frame) throws MalformedEventException;
  }

  /**
   * @param until from {@link System#nanoTime}, for a schema that is not there
   */
  private record Known(Reader reader, long until) {}

  /**
   * @throws IllegalArgumentException if the registry refuses, or the schema that it has for the
   *     topic is of another format
   * @throws IOException if none answers
   */
  static RegistryDecoder of(KafkaSourceConfig source) throws IOException {
    SchemaRegistryConfig config = source.schemaRegistry();
    KafkaSinkConfig.checkProperties(
        "source.kafka.schema-registry.properties", config.properties(), RegistryOptions.names());
    String only = source.format() == null ? null : source.format().name();
    SchemaRegistry registry = open(config);
    String subject = config.subject(source.topic());
    RegisteredSchema latest = registry.version(subject, "latest", null);
    if (latest == null) {
      LOG.warn(
          "the schema registry at {} has no subject {} (key schema-registry.subject): columns are"
              + " those of the schema and of source.kafka.columns",
          config.url(),
          subject);
      return new RegistryDecoder(config, only, null);
    }
    if (only != null && !only.equals(latest.schemaType())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "source.kafka.format is %s, but subject %s of the schema registry is %s",
              only,
              subject,
              latest.schemaType()));
    }
    try {
      return new RegistryDecoder(config, only, columns(registry, subject, latest));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "subject " + subject + " of the schema registry " + e.getMessage(), e);
    }
  }

  private static SchemaRegistry open(SchemaRegistryConfig config) {
    return new SchemaRegistry(config.url(), new RegistryOptions(config.properties()));
  }

  private static List<String> columns(
      SchemaRegistry registry, String subject, RegisteredSchema latest) throws IOException {
    if (latest.schemaType().equals("AVRO")) {
      return new AvroBody(latest.schema(), named(registry, latest)).fields();
    }
    if (!latest.schemaType().equals("PROTOBUF")) {
      return null;
    }
    return RegisteredProtobuf.of(
            registry, registry.version(subject, "latest", RegisteredProtobuf.FORMAT))
        .fields();
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  @Override
  public String json(Message message) throws MalformedEventException, IOException {
    SchemaFrame frame = SchemaFrame.of(message);
    if (known == null) {
      registry = open(config);
      known =
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
              return size() > MOST_KNOWN;
            }
          };
    }
    Known found = known.get(frame.id());
    if (found == null || (found.until != 0 && System.nanoTime() - found.until > 0)) {
      found = look(frame.id());
      known.put(frame.id(), found);
    }
    return found.reader.json(frame);
  }

  private Known look(String id) throws IOException {
    RegisteredSchema schema = registry.schema(id, null);
    if (schema == null) {
      return new Known(refusing(id, "is not there"), System.nanoTime() + ABSENT_NANOS);
    }
    if (only != null && !only.equals(schema.schemaType())) {
      return new Known(
          refusing(id, "is of format " + schema.schemaType() + ", must be " + only), 0);
    }
    try {
      return new Known(reader(id, schema), 0);
    } catch (IllegalArgumentException e) {
      return new Known(refusing(id, e.getMessage()), 0);
    }
  }

  private static Reader refusing(String id, String reason) {
    return frame -> {
      throw new MalformedEventException("schema " + id + " of the schema registry " + reason);
    };
  }

  private Reader reader(String id, RegisteredSchema schema) throws IOException {
    switch (schema.schemaType()) {
      case "AVRO":
        AvroBody avro = new AvroBody(schema.schema(), named(registry, schema));
        return frame -> avro.json(frame.body());
      case "JSON":
        return frame -> JsonText.of(frame.body());
      case "PROTOBUF":
        return RegisteredProtobuf.of(registry, registry.schema(id, RegisteredProtobuf.FORMAT))
            ::json;
      default:
        return refusing(id, "is of format " + schema.schemaType());
    }
  }

  /** The schemas that one names, each after those that it names itself. */
  private static List<String> named(SchemaRegistry registry, RegisteredSchema schema)
      throws IOException {
    Map<String, String> named = new LinkedHashMap<>();
    named(registry, schema, new HashSet<>(), named);
    return List.copyOf(named.values());
  }

  /**
   * @param seen names so far: a registry might answer with a circle
   */
  private static void named(
      SchemaRegistry registry, RegisteredSchema schema, Set<String> seen, Map<String, String> into)
      throws IOException {
    for (Reference reference : schema.references()) {
      if (seen.add(reference.name())) {
        RegisteredSchema other = registry.referenced(reference, null);
        named(registry, other, seen, into);
        into.put(reference.name(), other.schema());
      }
    }
  }
}
