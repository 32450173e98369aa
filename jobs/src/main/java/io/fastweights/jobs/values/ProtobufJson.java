package io.fastweights.jobs.values;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * Protobuf messages as JSON, by the names of the schema. A field that tells unset from its default
 * is null where it is unset; others have their default. Numbers of all sizes are numbers,
 * timestamps ISO 8601, durations seconds, bytes Base64, enums the name of their value; wrappers are
 * what they wrap.
 */
final class ProtobufJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int NANOS_DIGITS = 9;

  private ProtobufJson() {}

  /** One JSON object. */
  static String of(Message message) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      members(message, json);
    }
    return text.toString();
  }

  private static void members(Message message, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      json.writeFieldName(field.getName());
      field(message, field, json);
    }
    json.writeEndObject();
  }

  private static void field(Message message, FieldDescriptor field, JsonGenerator json)
      throws IOException {
    if (field.isMapField()) {
      json.writeStartObject();
      for (Object entry : (List<?>) message.getField(field)) {
        Message pair = (Message) entry;
        json.writeFieldName(part(pair, 1).toString());
        value(pair.getDescriptorForType().findFieldByNumber(2), part(pair, 2), json);
      }
      json.writeEndObject();
    } else if (field.isRepeated()) {
      json.writeStartArray();
      for (Object item : (List<?>) message.getField(field)) {
        value(field, item, json);
      }
      json.writeEndArray();
    } else if (field.hasPresence() && !message.hasField(field)) {
      json.writeNull();
    } else {
      value(field, message.getField(field), json);
    }
  }

  private static Object part(Message message, int number) {
    return message.getField(message.getDescriptorForType().findFieldByNumber(number));
  }

  private static void value(FieldDescriptor field, Object value, JsonGenerator json)
      throws IOException {
    switch (field.getType()) {
      case UINT32, FIXED32 -> json.writeNumber(Integer.toUnsignedLong((Integer) value));
      case UINT64, FIXED64 -> json.writeNumber(new BigInteger(Long.toUnsignedString((Long) value)));
      case INT32, SINT32, SFIXED32 -> json.writeNumber((Integer) value);
      case INT64, SINT64, SFIXED64 -> json.writeNumber((Long) value);
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case BOOL -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTES -> json.writeBinary(((ByteString) value).toByteArray());
      case ENUM -> json.writeString(((EnumValueDescriptor) value).getName());
      case MESSAGE, GROUP -> message((Message) value, json);
    }
  }

  private static void message(Message message, JsonGenerator json) throws IOException {
    Descriptor type = message.getDescriptorForType();
    switch (type.getFullName()) {
      case "google.protobuf.Timestamp" -> json.writeString(instant(message));
      case "google.protobuf.Duration" ->
          json.writeNumber(
              BigDecimal.valueOf((Long) part(message, 1))
                  .add(BigDecimal.valueOf((Integer) part(message, 2), NANOS_DIGITS))
                  .stripTrailingZeros()
                  .toPlainString());
      case "google.protobuf.DoubleValue",
          "google.protobuf.FloatValue",
          "google.protobuf.Int64Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.Int32Value",
          "google.protobuf.UInt32Value",
          "google.protobuf.BoolValue",
          "google.protobuf.StringValue",
          "google.protobuf.BytesValue" ->
          value(type.findFieldByNumber(1), part(message, 1), json);
      default -> members(message, json);
    }
  }

  private static String instant(Message timestamp) throws IOException {
    try {
      return Instant.ofEpochSecond((Long) part(timestamp, 1), (Integer) part(timestamp, 2))
          .toString();
    } catch (DateTimeException | ArithmeticException e) {
      throw new IOException("a timestamp is outside of the years that there are");
    }
  }
}
