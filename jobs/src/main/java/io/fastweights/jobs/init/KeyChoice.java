package io.fastweights.jobs.init;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Chooses the columns whose values have a memory each.
 *
 * @param keys the first, and the second where the user asks for two; none where all events share
 *     one memory
 * @param open what could not be decided; empty for nothing
 */
record KeyChoice(List<Column> keys, List<String> open) {
  /** Events that a key must have on average. */
  private static final double FEWEST_EVENTS = 2;

  /** Events of a key that has learned. */
  private static final int ENOUGH_EVENTS = 10;

  /** Texts of fewer values are categories rather than keys, unless they are named as keys. */
  private static final int FEWEST_KEYS = 65;

  /** Keys of the other column that a key meets, if both are ends of an event. */
  private static final int FEWEST_MET = 2;

  private static final int MOST_SUGGESTED = 3;

  /** The columns that the user names. */
  static KeyChoice given(List<Column> keys) {
    return new KeyChoice(keys, List.of());
  }

  /**
   * Finds a key, and says which other columns could be one.
   *
   * @param columns without the target, the time, and the columns of late labels
   */
  static KeyChoice find(List<Column> columns) {
    List<Column> named =
        columns.stream()
            .filter(column -> Names.asKey(column.name()) >= 0 && mayBeKey(column))
            .sorted(
                Comparator.comparing((Column column) -> !hasEnough(column))
                    .thenComparing(column -> Names.asKey(column.name())))
            .toList();
    if (named.isEmpty()) {
      return new KeyChoice(
          List.of(),
          List.of(
              "no column looks like a key: all events share one memory; --key names a column"
                  + suchAs(columns)));
    }
    Column first = named.get(0);
    List<String> open = new ArrayList<>();
    if (named.size() > 1) {
      open.add(
          "a memory for each "
              + named.stream().map(Column::name).collect(Collectors.joining(", or each "))
              + ": the first is taken, --key names another");
    }
    // The usual key comes second: its memory corrects the other's answer, and so is the more exact.
    Column second = otherEnd(first, named, columns);
    if (second != null) {
      open.add(
          String.format(
              Locale.ROOT,
              "%s and %s both recur, in many pairs: --keys %s,%s gives each of them a memory",
              first.name(),
              second.name(),
              second.name(),
              first.name()));
    }
    return new KeyChoice(List.of(first), open);
  }

  /** Null if there is one memory. */
  Column first() {
    return keys.isEmpty() ? null : keys.get(0);
  }

  /** Null if an event has one key. */
  Column second() {
    return keys.size() < 2 ? null : keys.get(1);
  }

  /** Memories of ten events and more first: one of a few events has hardly learned. */
  private static boolean hasEnough(Column column) {
    return column.present() >= ENOUGH_EVENTS * column.distinct();
  }

  private static boolean mayBeKey(Column column) {
    return column.present() >= 0.99 * column.values().size()
        && column.distinct() > 1
        && column.present() >= FEWEST_EVENTS * column.distinct()
        && (!column.isNumber() || column.isWhole())
        && !column.isStructure();
  }

  /** A key of the same events by its name or, failing that, by its shape; null for none. */
  private static Column otherEnd(Column first, List<Column> named, List<Column> columns) {
    Predicate<Column> crosses =
        column -> column != first && hasEnough(column) && cross(first, column);
    return named.stream()
        .filter(crosses)
        .findFirst()
        .or(
            () ->
                columns.stream()
                    .filter(c -> !c.isNumber() && mayBeKey(c) && c.distinct() >= FEWEST_KEYS)
                    .filter(c -> c.wordsAmongNumbers().isEmpty())
                    .filter(crosses)
                    .findFirst())
        .orElse(null);
  }

  /** False where one follows from the other, as the user from the session. */
  private static boolean cross(Column first, Column second) {
    if (!hasEnough(first)) {
      return false;
    }
    Set<List<String>> pairs = new HashSet<>();
    for (int i = 0; i < first.values().size(); i++) {
      if (first.values().get(i) != null && second.values().get(i) != null) {
        pairs.add(List.of(first.values().get(i), second.values().get(i)));
      }
    }
    return pairs.size() >= FEWEST_MET * (long) Math.max(first.distinct(), second.distinct());
  }

  /** Columns of texts that many events share, whatever their names. */
  private static String suchAs(List<Column> columns) {
    String names =
        columns.stream()
            .filter(c -> !c.isNumber() && !c.isStructure() && c.wordsAmongNumbers().isEmpty())
            .filter(c -> c.distinct() >= ENOUGH_EVENTS && hasEnough(c))
            .map(Column::name)
            .limit(MOST_SUGGESTED)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "" : ", such as " + names;
  }
}
