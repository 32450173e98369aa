package io.fastweights.jobs.events.structured;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/**
 * Parquet records as JSON: decimals as numbers, times and dates in ISO 8601, lists and maps as
 * those of JSON, and bytes as text if they are UTF-8, else in Base64: older writers mark texts as
 * nothing but bytes.
 */
final class ParquetJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();

  /** The day number of 1970-01-01 that timestamps of 96 bits count from. */
  private static final long JULIAN_1970 = 2_440_588;

  private static final long NANOS_OF_SECOND = 1_000_000_000L;

  private ParquetJson() {}

  /** One JSON object. */
  static String of(Group record) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      writeGroup(record, json);
    }
    return text.toString();
  }

  private static void writeGroup(Group group, JsonGenerator json) throws IOException {
    json.writeStartObject();
    GroupType type = group.getType();
    for (int i = 0; i < type.getFieldCount(); i++) {
      json.writeFieldName(type.getFieldName(i));
      writeField(group, i, json);
    }
    json.writeEndObject();
  }

  private static void writeField(Group group, int field, JsonGenerator json) throws IOException {
    int count = group.getFieldRepetitionCount(field);
    if (group.getType().getType(field).isRepetition(Type.Repetition.REPEATED)) {
      json.writeStartArray();
      for (int i = 0; i < count; i++) {
        writeValue(group, field, i, json);
      }
      json.writeEndArray();
    } else if (count == 0) {
      json.writeNull();
    } else {
      writeValue(group, field, 0, json);
    }
  }

  private static void writeValue(Group group, int field, int index, JsonGenerator json)
      throws IOException {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      writePrimitive(group, field, index, type.asPrimitiveType(), json);
      return;
    }
    Group value = group.getGroup(field, index);
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (logical instanceof ListLogicalTypeAnnotation) {
      writeList(value, json);
    } else if (logical instanceof MapLogicalTypeAnnotation) {
      writeMap(value, json);
    } else {
      writeGroup(value, json);
    }
  }

  /** A list is a group of a repeated group, which wraps each item but in old files. */
  private static void writeList(Group list, JsonGenerator json) throws IOException {
    Type repeated = list.getType().getType(0);
    boolean wraps = !repeated.isPrimitive() && repeated.asGroupType().getFieldCount() == 1;
    json.writeStartArray();
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      if (wraps) {
        writeField(list.getGroup(0, i), 0, json);
      } else {
        writeValue(list, 0, i, json);
      }
    }
    json.writeEndArray();
  }

  private static void writeMap(Group map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      json.writeFieldName(entry.getValueToString(0, 0));
      if (entry.getType().getFieldCount() == 1) {
        json.writeNull();
      } else {
        writeField(entry, 1, json);
      }
    }
    json.writeEndObject();
  }

  private static void writePrimitive(
      Group group, int field, int index, PrimitiveType type, JsonGenerator json)
      throws IOException {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> json.writeBoolean(group.getBoolean(field, index));
      case INT32 -> writeWhole(group.getInteger(field, index), logical, 32, json);
      case INT64 -> writeWhole(group.getLong(field, index), logical, 64, json);
      case INT96 -> json.writeString(instant(group.getInt96(field, index)).toString());
      case FLOAT -> json.writeNumber(group.getFloat(field, index));
      case DOUBLE -> json.writeNumber(group.getDouble(field, index));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> writeBytes(group.getBinary(field, index), logical, json);
    }
  }

  private static void writeWhole(
      long value, LogicalTypeAnnotation logical, int bits, JsonGenerator json) throws IOException {
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      json.writeNumber(BigDecimal.valueOf(value, decimal.getScale()));
    } else if (logical instanceof DateLogicalTypeAnnotation) {
      json.writeString(LocalDate.ofEpochDay(value).toString());
    } else if (logical instanceof TimeLogicalTypeAnnotation time) {
      json.writeString(LocalTime.ofNanoOfDay(value * nanos(time.getUnit())).toString());
    } else if (logical instanceof TimestampLogicalTypeAnnotation time) {
      Instant instant = instant(value, time.getUnit());
      json.writeString(
          time.isAdjustedToUTC()
              ? instant.toString()
              : instant.atOffset(ZoneOffset.UTC).toLocalDateTime().toString());
    } else if (logical instanceof IntLogicalTypeAnnotation whole && !whole.isSigned()) {
      json.writeNumber(
          bits == 64
              ? new BigInteger(Long.toUnsignedString(value))
              : BigInteger.valueOf(value & 0xffff_ffffL));
    } else {
      json.writeNumber(value);
    }
  }

  private static long nanos(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> 1_000_000;
      case MICROS -> 1_000;
      case NANOS -> 1;
    };
  }

  private static Instant instant(long value, TimeUnit unit) {
    long ofSecond = NANOS_OF_SECOND / nanos(unit);
    return Instant.ofEpochSecond(
        Math.floorDiv(value, ofSecond), Math.floorMod(value, ofSecond) * nanos(unit));
  }

  /** Nanoseconds of the day in 8 bytes, then the Julian day in 4, both little-endian. */
  private static Instant instant(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long nanos = bytes.getLong();
    long day = bytes.getInt() - JULIAN_1970;
    return LocalDate.ofEpochDay(day).atStartOfDay(ZoneOffset.UTC).toInstant().plusNanos(nanos);
  }

  private static void writeBytes(Binary value, LogicalTypeAnnotation logical, JsonGenerator json)
      throws IOException {
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      json.writeNumber(new BigDecimal(new BigInteger(value.getBytes()), decimal.getScale()));
    } else if (logical instanceof UUIDLogicalTypeAnnotation) {
      ByteBuffer bytes = value.toByteBuffer();
      json.writeString(new UUID(bytes.getLong(), bytes.getLong()).toString());
    } else {
      writeText(value.getBytes(), json);
    }
  }

  private static void writeText(byte[] bytes, JsonGenerator json) throws IOException {
    try {
      json.writeString(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      json.writeBinary(bytes);
    }
  }
}
