package io.fastweights.jobs.events.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.LineParser;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A record that is one JSON object. A column is a member of it, or a path to one inside: {@code
 * user.plan}, {@code items[0].id}; a member whose own name reads so comes first. A list or an
 * object is kept as its JSON text where no field of the schema reads it.
 */
public final class JsonLineParser implements LineParser {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Jackson's words for a place, which in a line is the column. */
  private static final Pattern PLACE =
      Pattern.compile("\\[Source: [^;]*; line: (\\d+), column: (\\d+)]");

  private final JsonColumns columns;
  private transient String leftOut;

  /**
   * @param single columns that must hold single values
   */
  public JsonLineParser(List<String> columns, Collection<String> single) {
    this.columns = JsonColumns.of(columns, new HashSet<>(single));
  }

  @Override
  public void parse(Line line, String[] into) throws MalformedEventException {
    parse(line.text(), into);
  }

  /** Members that are no column are passed over. */
  public void parse(String text, String[] into) throws MalformedEventException {
    Arrays.fill(into, null);
    leftOut = null;
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("the line is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        JsonColumns column = columns.member(parser.currentName());
        leftOut = column == null ? parser.currentName() : leftOut;
        parser.nextToken();
        value(parser, column, true, into);
      }
      requireEnd(parser);
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  @Override
  public String leftOut() {
    return leftOut;
  }

  private static void members(JsonParser parser, JsonColumns at, String[] into)
      throws IOException, MalformedEventException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      JsonColumns column = at.member(parser.currentName());
      parser.nextToken();
      value(parser, column, false, into);
    }
  }

  private static void items(JsonParser parser, JsonColumns at, String[] into)
      throws IOException, MalformedEventException {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      value(parser, at.item(i), false, into);
    }
  }

  /** Takes the value at the parser and leaves the parser at its end. */
  private static void value(JsonParser parser, JsonColumns column, boolean top, String[] into)
      throws IOException, MalformedEventException {
    JsonToken token = parser.currentToken();
    if (column == null) {
      parser.skipChildren();
    } else if (!token.isStructStart()) {
      put(token == JsonToken.VALUE_NULL ? null : parser.getText(), column, top, into);
    } else if (column.single()) {
      throw new MalformedEventException("'" + column.name() + "' is not a single value");
    } else if (column.place() >= 0) {
      String json = json(parser);
      put(json, column, top, into);
      if (column.hasInside()) {
        try (JsonParser inside = FACTORY.createParser(json)) {
          inside.nextToken();
          structure(inside, column, into);
        }
      }
    } else {
      structure(parser, column, into);
    }
  }

  private static void structure(JsonParser parser, JsonColumns column, String[] into)
      throws IOException, MalformedEventException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      members(parser, column, into);
    } else {
      items(parser, column, into);
    }
  }

  /** A value inside does not replace that of a member whose own name is the path. */
  private static void put(String text, JsonColumns column, boolean top, String[] into) {
    int place = column.place();
    if (place >= 0 && (top || into[place] == null)) {
      into[place] = text == null || text.isEmpty() ? null : text;
    }
  }

  private static void requireEnd(JsonParser parser) throws IOException, MalformedEventException {
    if (parser.nextToken() != null) {
      throw new MalformedEventException("the line goes on after its JSON object");
    }
  }

  private static MalformedEventException malformed(IOException e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return new MalformedEventException(
        "the line is not JSON: " + PLACE.matcher(message).replaceAll("column $2"));
  }

  /**
   * The members of a line, in their order; empty texts are null.
   *
   * @param single members that must hold single values
   */
  public static Map<String, String> members(String line, Collection<String> single)
      throws MalformedEventException {
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser parser = FACTORY.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedEventException("the line is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value.isStructStart() && single.contains(name)) {
          throw new MalformedEventException("'" + name + "' is not a single value");
        }
        String text = value == JsonToken.VALUE_NULL ? null : text(parser);
        members.put(name, text == null || text.isEmpty() ? null : text);
      }
      requireEnd(parser);
      return members;
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** Adds the columns that a line has: its members, and those of the paths that it has. */
  public void collect(String line, List<String> names, Set<String> into)
      throws MalformedEventException {
    into.addAll(members(line, List.of()).keySet());
    String[] values = new String[names.size()];
    parse(line, values);
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        into.add(names.get(i));
      }
    }
  }

  /** The text of a value; of a list or an object its JSON. */
  private static String text(JsonParser parser) throws IOException {
    return parser.currentToken().isStructStart() ? json(parser) : parser.getText();
  }

  private static String json(JsonParser parser) throws IOException {
    StringWriter json = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(json)) {
      out.copyCurrentStructure(parser);
    }
    return json.toString();
  }
}
