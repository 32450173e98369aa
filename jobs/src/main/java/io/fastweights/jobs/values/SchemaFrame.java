package io.fastweights.jobs.values;

import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The schema of a message's value, as serializers for a Confluent Schema Registry write it: before
 * the value a zero and the four bytes of the schema's number, or a one and the sixteen bytes of its
 * GUID; or either of them in the header {@value #HEADER}. After it, Protobuf has the place of the
 * message's type in the file of its schema.
 *
 * @param id as in the path of a request to the registry: ids/7 or guids/...
 * @param about behind the id
 * @param body the value; the same buffer where the id was before it
 */
record SchemaFrame(String id, ByteBuffer about, ByteBuffer body) {
  static final String HEADER = "__value_schema_id";

  private static final byte NUMBER = 0;
  private static final byte GUID = 1;

  /** As deep as types are inside one another. */
  private static final int MOST_PLACES = 100;

  /**
   * @throws MalformedEventException if the message has none
   */
  static SchemaFrame of(Message message) throws MalformedEventException {
    byte[] header = header(message);
    ByteBuffer value = ByteBuffer.wrap(message.value());
    ByteBuffer about = header == null ? value : ByteBuffer.wrap(header);
    String id = id(about);
    if (id == null) {
      throw new MalformedEventException(
          header == null
              ? "the value does not begin with the number of a schema registry's schema"
              : "the header " + HEADER + " has no number of a schema registry's schema");
    }
    return new SchemaFrame(id, about, value);
  }

  private static byte[] header(Message message) {
    for (int i = message.headerNames().length - 1; i >= 0; i--) {
      if (HEADER.equals(message.headerNames()[i])) {
        return message.headerValues()[i];
      }
    }
    return null;
  }

  private static String id(ByteBuffer from) {
    byte kind = from.hasRemaining() ? from.get() : -1;
    if (kind == NUMBER && from.remaining() >= Integer.BYTES) {
      return "ids/" + from.getInt();
    }
    if (kind == GUID && from.remaining() >= 2 * Long.BYTES) {
      return "guids/" + new UUID(from.getLong(), from.getLong());
    }
    return null;
  }

  /**
   * Reads the place of a Protobuf message's type: the first is among the types of the file, each
   * further one among those inside of the type before it.
   *
   * @throws MalformedEventException if there is none
   */
  int[] places() throws MalformedEventException {
    int count = zigZag();
    if (count == 0) {
      return new int[1];
    }
    if (count < 0 || count > MOST_PLACES) {
      throw new MalformedEventException("the value does not name the type of its Protobuf message");
    }
    int[] places = new int[count];
    for (int i = 0; i < count; i++) {
      places[i] = zigZag();
    }
    return places;
  }

  private int zigZag() throws MalformedEventException {
    int bits = 0;
    for (int shift = 0; shift < Integer.SIZE && about.hasRemaining(); shift += 7) {
      byte next = about.get();
      bits |= (next & 0x7f) << shift;
      if (next >= 0) {
        return bits >>> 1 ^ -(bits & 1);
      }
    }
    throw new MalformedEventException("the value does not name the type of its Protobuf message");
  }
}
