package io.fastweights.jobs.events.text;

import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The text of a message's value that is JSON, UTF-8. A byte order mark is left out, and so are the
 * zero and the four bytes that a serializer for JSON Schema puts before it: no JSON begins with a
 * zero.
 */
public final class JsonText {
  /** A zero and the number of a registry's schema. */
  private static final int FRAME = 5;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private JsonText() {}

  /**
   * @throws MalformedEventException if the value is not UTF-8
   */
  public static String of(byte[] value) throws MalformedEventException {
    int from = value.length > FRAME && value[0] == 0 ? FRAME : 0;
    return of(ByteBuffer.wrap(value, from, value.length - from));
  }

  /**
   * The same of the bytes that remain, which have no frame.
   *
   * @throws MalformedEventException if they are not UTF-8
   */
  public static String of(ByteBuffer bytes) throws MalformedEventException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new MalformedEventException("the value is not UTF-8");
    }
  }
}
