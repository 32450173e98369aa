package io.fastweights.jobs.events;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Members of a JSON event that a JSON prediction keeps, unchanged.
 *
 * @param all true to keep every member; false to keep columns only
 * @param outside for each file the columns whose values are not in its events; null for a file that
 *     is no JSON
 */
public record JsonOutput(boolean all, List<int[]> outside) implements Serializable {
  /** Of events that are no JSON. */
  public static final JsonOutput NONE = new JsonOutput(false, List.of());

  public JsonOutput {
    // Lists of the JDK that take null are not all serializable.
    outside = new ArrayList<>(outside);
  }

  /** Columns from outside of an event's text; null where the event was no JSON. */
  public int[] outside(Event event) {
    return event.file() < outside.size() ? outside.get(event.file()) : null;
  }
}
