package io.fastweights.jobs.values;

import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A value that is one Avro record of a file's schema, with nothing before or after it. */
final class AvroDecoder implements ValueDecoder {
  private static final long serialVersionUID = 1L;

  /** A zero and the four bytes of a schema's number. */
  private static final int FRAME = 5;

  private final String schema;
  private transient AvroBody body;

  private AvroDecoder(String schema) {
    this.schema = schema;
    body = new AvroBody(schema, List.of());
  }

  /**
   * @param file of the schema that values are written with
   * @throws IllegalArgumentException if the file holds no schema of a record
   */
  static AvroDecoder of(Path file) throws IOException {
    try {
      return new AvroDecoder(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + " " + e.getMessage());
    }
  }

  @Override
  public List<String> columns() {
    return body.fields();
  }

  @Override
  public String json(Message message) throws MalformedEventException {
    if (body == null) {
      body = new AvroBody(schema, List.of());
    }
    byte[] value = message.value();
    if (isFramed(value)) {
      throw new MalformedEventException(
          String.format(
                  Locale.ROOT,
                  "the value begins with the five bytes of a schema registry, schema %d; it must be a bare",
                  ByteBuffer.wrap(value).getInt(1))
              + " Avro record, or source.kafka.schema-registry be given");
    }
    return body.json(ByteBuffer.wrap(value));
  }

  /** Such a value may be read as a bare record too, with other contents. */
  private boolean isFramed(byte[] value) {
    return value.length > FRAME
        && value[0] == 0
        && body.reads(ByteBuffer.wrap(value, FRAME, value.length - FRAME));
  }
}
