package io.fastweights.jobs.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The candidates of an event as a cell holds them: a JSON list, or ids with bars between them. */
final class CandidateCells {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final char BETWEEN = '|';

  private CandidateCells() {}

  /**
   * The ids of a cell.
   *
   * @param cell null for none
   * @return null for none
   * @throws MalformedEventException if it begins as a list and is none of single values
   */
  static List<String> of(String cell) throws MalformedEventException {
    if (cell == null || cell.isBlank()) {
      return null;
    }
    return cell.startsWith("[") ? ofJson(cell) : ofText(cell);
  }

  private static List<String> ofText(String cell) {
    List<String> ids = new ArrayList<>();
    int from = 0;
    for (int at = cell.indexOf(BETWEEN); at >= 0; at = cell.indexOf(BETWEEN, from)) {
      ids.add(cell.substring(from, at));
      from = at + 1;
    }
    ids.add(cell.substring(from));
    return ids;
  }

  private static List<String> ofJson(String cell) throws MalformedEventException {
    List<String> ids = new ArrayList<>();
    try (JsonParser parser = FACTORY.createParser(cell)) {
      parser.nextToken();
      for (JsonToken item = parser.nextToken();
          item != JsonToken.END_ARRAY;
          item = parser.nextToken()) {
        if (item == null || !item.isScalarValue() || item == JsonToken.VALUE_NULL) {
          throw new MalformedEventException("the candidates are no list of single values");
        }
        ids.add(parser.getText());
      }
    } catch (IOException e) {
      throw new MalformedEventException("the candidates are no JSON list");
    }
    return ids;
  }
}
