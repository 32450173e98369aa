package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.AvroItems;
import io.fastweights.jobs.events.AvroJson;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericArray;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * A value that is one Avro record in Avro's binary encoding, with nothing before or after it. Its
 * fields are the columns; records, lists and maps inside it are kept as JSON where no field of the
 * schema reads them.
 */
final class AvroParser implements ValueParser {
  private static final long serialVersionUID = 1L;

  /** A zero and the four bytes of a schema's number. */
  private static final int FRAME = 5;

  private final String schemaJson;

  @SuppressWarnings("serial") // Set.copyOf makes serializable sets.
  private final Set<String> single;

  private transient List<Schema.Field> fields;
  private transient GenericDatumReader<GenericRecord> reader;
  private transient GenericData data;
  private transient BinaryDecoder decoder;

  private AvroParser(Schema schema, Collection<String> single) {
    this.schemaJson = schema.toString();
    this.single = Set.copyOf(single);
    open(schema);
  }

  /**
   * @param file of the values' schema, which values are written with
   * @param needed columns that values must have, each a single value
   * @throws IllegalArgumentException if the file holds no schema of a record with these fields
   */
  static AvroParser of(Path file, Collection<String> needed) throws IOException {
    Schema schema;
    try {
      schema = parse(Files.readString(file));
    } catch (SchemaParseException e) {
      throw new IllegalArgumentException(file + " is no Avro schema: " + e.getMessage());
    }
    if (schema.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException(file + " is not the schema of a record");
    }
    if (AvroItems.mayTakeNoBytes(schema)) {
      throw new IllegalArgumentException(
          file
              + " has an array of items that take no bytes, as null; a short message could hold any"
              + " number of them");
    }
    List<String> missing = needed.stream().filter(name -> schema.getField(name) == null).toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has no field %s; its fields are %s",
              file,
              String.join(", ", missing),
              String.join(", ", names(schema))));
    }
    return new AvroParser(schema, needed);
  }

  private static Schema parse(String json) {
    return new Schema.Parser().parse(json);
  }

  private static List<String> names(Schema schema) {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  List<String> columns() {
    return fields.stream().map(Schema.Field::name).toList();
  }

  private void open(Schema schema) {
    data = AvroJson.data();
    fields = schema.getFields();
    reader = new GenericDatumReader<>(schema, schema, data);
  }

  @Override
  public void parse(byte[] value, String[] into) throws MalformedEventException {
    try {
      parseRecord(value, into);
    } catch (StackOverflowError e) {
      // The writer of the value chooses the depth of a recursive schema. Discard the reader's
      // partial state.
      reader = null;
      decoder = null;
      throw new MalformedEventException("the value is nested too deeply");
    }
  }

  private void parseRecord(byte[] value, String[] into) throws MalformedEventException {
    GenericRecord record = read(value);
    for (int i = 0; i < into.length; i++) {
      String text = text(fields.get(i).name(), record.get(i));
      into[i] = text == null || text.isEmpty() ? null : text;
    }
  }

  private GenericRecord read(byte[] value) throws MalformedEventException {
    if (reader == null) {
      open(parse(schemaJson));
    }
    if (isFramed(value)) {
      throw new MalformedEventException(
          String.format(
                  Locale.ROOT,
                  "the value begins with the five bytes of a schema registry, schema %d; it must be a bare",
                  ByteBuffer.wrap(value).getInt(1))
              + " Avro record");
    }
    try {
      decoder = DecoderFactory.get().binaryDecoder(value, decoder);
      GenericRecord record = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new MalformedEventException("the value goes on after its Avro record");
      }
      return record;
    } catch (IOException | RuntimeException e) {
      // The decoder may throw any exception for invalid bytes.
      throw new MalformedEventException("the value is no Avro record of its schema: " + e);
    }
  }

  /** Such a value may be read as a bare record too, with other contents. */
  private boolean isFramed(byte[] value) {
    if (value.length <= FRAME || value[0] != 0) {
      return false;
    }
    try {
      decoder = DecoderFactory.get().binaryDecoder(value, FRAME, value.length - FRAME, decoder);
      reader.read(null, decoder);
      return decoder.isEnd();
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private String text(String name, Object value) throws MalformedEventException {
    if (value == null) {
      return null;
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    boolean structure =
        value instanceof IndexedRecord
            || value instanceof GenericArray
            || value instanceof java.util.Map
            || value instanceof java.util.Collection
            || value instanceof ByteBuffer;
    if (!structure) {
      return value.toString();
    }
    if (single.contains(name)) {
      throw new MalformedEventException("'" + name + "' is not a single value");
    }
    return data.toString(value);
  }
}
