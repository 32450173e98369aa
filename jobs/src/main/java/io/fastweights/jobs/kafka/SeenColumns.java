package io.fastweights.jobs.kafka;

import io.fastweights.kernels.schema.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which of a schema's columns the first messages had: one that none has is likely a mistake. */
final class SeenColumns {
  static final int FIRST = 1000;

  /** Members of messages that are kept as names a column may have been meant to have. */
  private static final int MOST_OTHERS = 100;

  private final List<String> columns;
  private final boolean[] wanted;
  private final Set<String> others = new LinkedHashSet<>();
  private int messages;

  /**
   * @param columns of the messages
   * @param schema those of the schema
   */
  SeenColumns(List<String> columns, List<String> schema) {
    this.columns = columns;
    wanted = new boolean[columns.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = schema.contains(columns.get(i));
    }
  }

  /** True if more messages must be inspected. */
  boolean isLooking() {
    return messages < FIRST;
  }

  /**
   * Looks at a message.
   *
   * @param leftOut a member of it that is no column; null for none
   * @return true if it was the last to inspect
   */
  boolean add(String[] cells, String leftOut) {
    for (int i = 0; i < cells.length; i++) {
      wanted[i] &= cells[i] == null;
    }
    if (leftOut != null && others.size() < MOST_OTHERS) {
      others.add(leftOut);
    }
    messages++;
    return messages == FIRST;
  }

  /** Notes on columns that no message had; empty for none. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (int i = 0; messages > 0 && i < wanted.length; i++) {
      if (wanted[i]) {
        missing.add(
            String.format(
                Locale.ROOT,
                "none of the first %,d messages has a value of column %s%s",
                messages,
                columns.get(i),
                Nearest.hint(columns.get(i), others)));
      }
    }
    return missing;
  }
}
