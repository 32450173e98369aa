package io.fastweights.jobs.events.text;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths of the columns in a JSON object: a tree of member names and list indices. */
final class JsonColumns implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]]+)|\\[(\\d{1,6})]");

  private final HashMap<Object, JsonColumns> inside = new HashMap<>();
  private String name;
  private int place = -1;
  private boolean single;

  private JsonColumns() {}

  /**
   * @param single those that must hold single values
   */
  static JsonColumns of(List<String> columns, Set<String> single) {
    JsonColumns root = new JsonColumns();
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i);
      root.inside(column).set(i, column, single.contains(column));
      List<Object> path = path(column);
      if (path.size() > 1) {
        JsonColumns at = root;
        for (Object step : path) {
          at = at.inside(step);
        }
        at.set(i, column, single.contains(column));
      }
    }
    return root;
  }

  private void set(int to, String column, boolean isSingle) {
    place = to;
    name = column;
    single = isSingle;
  }

  private JsonColumns inside(Object step) {
    return inside.computeIfAbsent(step, s -> new JsonColumns());
  }

  /** The steps of a path: names and places in lists; empty for a name that is no path. */
  private static List<Object> path(String column) {
    List<Object> path = new ArrayList<>();
    Matcher step = STEP.matcher(column);
    int at = 0;
    while (at < column.length() && step.find(at) && step.start() == at) {
      path.add(step.group(1) != null ? step.group(1) : (Object) Integer.valueOf(step.group(2)));
      at = step.end();
    }
    return at == column.length() ? path : List.of();
  }

  /** Subtree of a member; null for none. */
  JsonColumns member(String member) {
    return inside.get(member);
  }

  /** Subtree of a list item; null for none. */
  JsonColumns item(int i) {
    return inside.isEmpty() ? null : inside.get((Object) i);
  }

  boolean hasInside() {
    return !inside.isEmpty();
  }

  String name() {
    return name;
  }

  /** Of the column here; -1 where there is none. */
  int place() {
    return place;
  }

  boolean single() {
    return single;
  }
}
