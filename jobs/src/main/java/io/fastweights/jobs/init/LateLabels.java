package io.fastweights.jobs.init;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Columns that say which observe brings the label of which ask.
 *
 * @param kind says {@code ask} or {@code observe}; null for none
 * @param id shared by an ask and its observe; null for none
 */
record LateLabels(Column kind, Column id) {
  private static final Pattern ASK = Pattern.compile("ask", Pattern.CASE_INSENSITIVE);

  private static final Set<String> KINDS = Set.of("ask", "observe");

  /** Pairs of an ask and an observe that are no accident. */
  private static final int FEWEST_PAIRS = 10;

  /**
   * @param columns neither target nor time
   * @param target null if it is not known yet
   */
  static LateLabels of(List<Column> columns, Column target) {
    if (target == null) {
      return new LateLabels(null, null);
    }
    Column kind = columns.stream().filter(LateLabels::isKind).findFirst().orElse(null);
    List<String> values = kind == null ? target.values() : kind.values();
    boolean[] asks = new boolean[values.size()];
    for (int i = 0; i < asks.length; i++) {
      String value = values.get(i);
      asks[i] =
          kind == null || value == null
              ? target.values().get(i) == null
              : ASK.matcher(value.trim()).matches();
    }
    Column id =
        columns.stream()
            .filter(column -> column != kind && pairs(column, asks))
            .findFirst()
            .orElse(null);
    return new LateLabels(kind, id);
  }

  /** True for one of the two. */
  boolean has(Column column) {
    return column == kind || column == id;
  }

  private static boolean isKind(Column column) {
    return column.distinct() > 1
        && column.counts().keySet().stream()
            .allMatch(value -> KINDS.stream().anyMatch(value.trim()::equalsIgnoreCase));
  }

  /** True if no two asks and no two observes share a value, but most observes one with an ask. */
  private static boolean pairs(Column column, boolean[] asks) {
    Set<String> asked = new HashSet<>();
    Set<String> observed = new HashSet<>();
    int pairs = 0;
    for (int i = 0; i < asks.length; i++) {
      String value = column.values().get(i);
      if (value != null && !(asks[i] ? asked : observed).add(value)) {
        return false;
      }
      pairs += value != null && !asks[i] && asked.contains(value) ? 1 : 0;
    }
    return pairs >= FEWEST_PAIRS && 2 * pairs >= observed.size();
  }
}
