package io.fastweights.jobs.values;

import io.fastweights.jobs.events.structured.AvroItems;
import io.fastweights.jobs.events.structured.AvroJson;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** One Avro record in Avro's binary encoding, read by the schema that it was written with. */
final class AvroBody implements BodyDecoder {
  private final Schema schema;
  private GenericDatumReader<GenericRecord> reader;
  private BinaryDecoder decoder;

  /**
   * @param json the schema
   * @param named schemas that it names, each after those that it names itself
   * @throws IllegalArgumentException if it is no schema of a record, or not a safe one; says so
   *     without a subject
   */
  AvroBody(String json, List<String> named) {
    schema = parse(json, named);
    if (schema.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException("is not the schema of a record");
    }
    if (AvroItems.mayTakeNoBytes(schema)) {
      throw new IllegalArgumentException(
          "has an array of items that take no bytes, as null; a short message could hold any"
              + " number of them");
    }
  }

  private static Schema parse(String json, List<String> named) {
    try {
      Schema.Parser parser = new Schema.Parser();
      named.forEach(parser::parse);
      return parser.parse(json);
    } catch (SchemaParseException e) {
      throw new IllegalArgumentException("is no Avro schema: " + e.getMessage(), e);
    }
  }

  List<String> fields() {
    return schema.getFields().stream().map(Schema.Field::name).toList();
  }

  @Override
  public String json(ByteBuffer body) throws MalformedEventException {
    try {
      return AvroJson.of(record(body));
    } catch (StackOverflowError e) {
      // The writer of the value chooses the depth of a recursive schema. Discard the reader's
      // partial state.
      reader = null;
      decoder = null;
      throw new MalformedEventException("the value is nested too deeply");
    } catch (IOException e) {
      throw new MalformedEventException("the value cannot be JSON: " + e.getMessage());
    }
  }

  /** True if the body is one record of the schema. */
  boolean reads(ByteBuffer body) {
    try {
      record(body);
      return true;
    } catch (MalformedEventException e) {
      return false;
    }
  }

  private GenericRecord record(ByteBuffer body) throws MalformedEventException {
    if (reader == null) {
      reader = new GenericDatumReader<>(schema, schema, AvroJson.data());
    }
    try {
      decoder =
          DecoderFactory.get()
              .binaryDecoder(
                  body.array(), body.arrayOffset() + body.position(), body.remaining(), decoder);
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
}
