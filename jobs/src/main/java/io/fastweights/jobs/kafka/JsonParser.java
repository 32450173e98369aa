package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.JsonLineParser;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** A value that is one JSON object, UTF-8. */
final class JsonParser implements ValueParser {
  private static final long serialVersionUID = 1L;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final JsonLineParser parser;

  /**
   * @param single columns that must hold single values
   */
  JsonParser(List<String> columns, Collection<String> single) {
    parser = new JsonLineParser(columns, single);
  }

  @Override
  public void parse(byte[] value, String[] into) throws MalformedEventException {
    parser.parse(text(value), into);
  }

  @Override
  public String leftOut() {
    return parser.leftOut();
  }

  static String text(byte[] value) throws MalformedEventException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new MalformedEventException("the value is not UTF-8");
    }
  }
}
