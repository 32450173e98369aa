package io.fastweights.jobs.events;

import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.kernels.schema.MalformedEventException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The single values inside the objects of JSON events, as columns whose names are their paths:
 * {@code user.plan}. Lists stay one value, since a place in a list seldom means the same in every
 * event.
 */
final class NestedColumns {
  /** Objects within objects that are looked into. */
  private static final int DEEPEST = 8;

  /** Columns of a sample; an object with an id for each member must not give a column for each. */
  private static final int MOST_COLUMNS = 1000;

  private final List<String> columns;
  private final List<String[]> rows;
  private final List<Set<String>> paths = new ArrayList<>();
  private final boolean[] onlyObjects;
  private int count;

  private NestedColumns(List<String> columns, List<String[]> rows) {
    this.columns = columns;
    this.rows = rows;
    count = columns.size();
    onlyObjects = new boolean[columns.size()];
    Arrays.fill(onlyObjects, true);
    columns.forEach(column -> paths.add(new LinkedHashSet<>()));
  }

  /** The same events, where a column of objects has become those of its paths. */
  static EventSample unnest(EventSample sample) {
    NestedColumns nested = new NestedColumns(sample.columns(), sample.rows());
    return nested.find() ? nested.unnested(sample) : sample;
  }

  /** True if a column holds an object. */
  private boolean find() {
    boolean found = false;
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        if (isObject(row[i])) {
          found = true;
          add(i, inside(columns.get(i), row[i]).keySet());
        } else {
          onlyObjects[i] &= row[i] == null;
        }
      }
    }
    return found;
  }

  private void add(int column, Set<String> found) {
    for (String path : found) {
      if (count < MOST_COLUMNS && !columns.contains(path) && paths.get(column).add(path)) {
        count++;
      }
    }
  }

  private EventSample unnested(EventSample sample) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (isKept(i)) {
        names.add(columns.get(i));
      }
      names.addAll(paths.get(i));
    }
    List<String[]> wide = rows.stream().map(row -> wide(row, names.size())).toList();
    return new EventSample(names, wide, sample.unreadable(), sample.whole(), sample.notes());
  }

  /** A column of objects says nothing that its paths do not say. */
  private boolean isKept(int column) {
    return paths.get(column).isEmpty() || !onlyObjects[column];
  }

  private String[] wide(String[] row, int width) {
    String[] wide = new String[width];
    int at = 0;
    for (int i = 0; i < row.length; i++) {
      if (isKept(i)) {
        wide[at++] = row[i];
      }
      Map<String, String> values =
          paths.get(i).isEmpty() || !isObject(row[i]) ? Map.of() : inside(columns.get(i), row[i]);
      for (String path : paths.get(i)) {
        wide[at++] = values.get(path);
      }
    }
    return wide;
  }

  private static boolean isObject(String value) {
    return value != null && value.startsWith("{");
  }

  /** The values inside an object by their paths; none of a text that is no object. */
  private static Map<String, String> inside(String column, String json) {
    Map<String, String> values = new LinkedHashMap<>();
    // A name that reads as a path itself has none inside.
    if (isStep(column)) {
      collect(column, json, DEEPEST, values);
    }
    return values;
  }

  private static void collect(String path, String json, int depth, Map<String, String> into) {
    Map<String, String> members;
    try {
      members = JsonLineParser.members(json, List.of());
    } catch (MalformedEventException e) {
      // A text that begins with a brace.
      return;
    }
    members.forEach(
        (name, value) -> {
          if (!isStep(name)) {
            return;
          }
          String inner = path + '.' + name;
          if (isObject(value) && depth > 1) {
            collect(inner, value, depth - 1, into);
          } else {
            into.put(inner, value);
          }
        });
  }

  /** True for a member that a path can name. */
  private static boolean isStep(String name) {
    return !name.isEmpty() && name.chars().noneMatch(c -> c == '.' || c == '[' || c == ']');
  }
}
