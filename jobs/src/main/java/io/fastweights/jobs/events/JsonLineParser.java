package io.fastweights.jobs.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line that is one JSON object of texts, numbers, booleans and nulls. A list or an object inside
 * it is kept as its JSON text where no field of the schema reads it.
 */
public final class JsonLineParser implements LineParser {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final HashMap<String, Integer> places = new HashMap<>();
  private final HashSet<String> single;

  /**
   * @param single columns that must hold single values
   */
  public JsonLineParser(List<String> columns, Collection<String> single) {
    this.single = new HashSet<>(single);
    for (int i = 0; i < columns.size(); i++) {
      places.put(columns.get(i), i);
    }
  }

  /** Members that are no column are passed over. */
  @Override
  public void parse(String line, String[] into) throws MalformedEventException {
    Arrays.fill(into, null);
    for (Map.Entry<String, String> member : members(line, single).entrySet()) {
      Integer place = places.get(member.getKey());
      if (place != null) {
        into[place] = member.getValue();
      }
    }
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
      if (parser.nextToken() != null) {
        throw new MalformedEventException("the line goes on after its JSON object");
      }
      return members;
    } catch (JsonProcessingException e) {
      throw new MalformedEventException("the line is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedEventException("the line is not JSON: " + e.getMessage());
    }
  }

  /** The text of a value; of a list or an object its JSON. */
  private static String text(JsonParser parser) throws IOException {
    if (!parser.currentToken().isStructStart()) {
      return parser.getText();
    }
    StringWriter json = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(json)) {
      out.copyCurrentStructure(parser);
    }
    return json.toString();
  }
}
