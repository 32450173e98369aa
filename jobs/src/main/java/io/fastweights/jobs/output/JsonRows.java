package io.fastweights.jobs.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fastweights.jobs.events.Event;
import java.io.IOException;
import java.io.Serializable;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/**
 * Rows of events that were JSON: their members with their own types, then the columns from outside
 * of them, then the answer. A member that has the name of an answer's column is kept as {@code
 * event.NAME}.
 */
final class JsonRows implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final String OWN = "event.";

  private final boolean all;

  @SuppressWarnings(
      "serial") // The lists of List.of, List.copyOf and Stream.toList are serializable.
  private final List<String> columns;

  private final int eventColumns;
  private final HashMap<String, Integer> places = new HashMap<>();
  private final HashSet<String> answers;

  /**
   * @param all true to keep members that are no columns
   * @param columns of the event, then of the answer
   */
  JsonRows(boolean all, List<String> columns, int eventColumns) {
    this.all = all;
    this.columns = columns;
    this.eventColumns = eventColumns;
    for (int i = 0; i < eventColumns; i++) {
      places.put(columns.get(i), i);
    }
    answers = new HashSet<>(columns.subList(eventColumns, columns.size()));
  }

  /**
   * @param json of the event, one object
   * @param outside columns whose values are not in it
   * @param row values of all columns
   */
  String line(Event event, String json, int[] outside, Object[] row) {
    StringWriter text = new StringWriter(json.length() + 64);
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      out.writeStartObject();
      boolean[] written = copy(json, out);
      for (int i = 0; i < eventColumns; i++) {
        // A path, or a column that this event lacks.
        if (!written[i] && !all) {
          text(out, columns.get(i), event.cells()[i]);
        }
      }
      for (int i : outside) {
        if (!written[i] && all) {
          text(out, columns.get(i), event.cells()[i]);
        }
      }
      for (int i = eventColumns; i < row.length; i++) {
        if (row[i] instanceof List<?> list) {
          out.writeArrayFieldStart(columns.get(i));
          for (Object item : list) {
            out.writeObject(item);
          }
          out.writeEndArray();
        } else {
          out.writeObjectField(columns.get(i), row[i]);
        }
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private boolean[] copy(String json, JsonGenerator out) throws IOException {
    boolean[] written = new boolean[eventColumns];
    try (JsonParser in = FACTORY.createParser(json)) {
      in.nextToken();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        Integer place = places.get(name);
        in.nextToken();
        if (place == null && !all) {
          in.skipChildren();
          continue;
        }
        out.writeFieldName(answers.contains(name) ? OWN + name : name);
        out.copyCurrentStructureExact(in);
        if (place != null) {
          written[place] = true;
        }
      }
    }
    return written;
  }

  private static void text(JsonGenerator out, String name, String value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, value);
    }
  }
}
