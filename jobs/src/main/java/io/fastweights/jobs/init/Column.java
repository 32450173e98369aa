package io.fastweights.jobs.init;

import io.fastweights.jobs.events.EventSample;
import io.fastweights.kernels.schema.EventFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A column of a sample.
 *
 * @param values of the events, in order; null where missing
 * @param counts events of each value
 * @param present events that have a value
 * @param isNumber true if all values are finite numbers
 * @param isWhole true if all are whole numbers, written without a fraction
 * @param isComma true if a number is written with a decimal comma
 * @param mean of the numbers
 * @param deviation of the numbers
 */
record Column(
    String name,
    List<String> values,
    Map<String, Integer> counts,
    int present,
    boolean isNumber,
    boolean isWhole,
    boolean isComma,
    double mean,
    double deviation) {
  private static final Set<String> TRUE_OR_FALSE =
      Set.of("1", "0", "true", "false", "yes", "no", "t", "f", "y", "n", "1.0", "0.0");

  private static final Pattern COMMA = Pattern.compile("[-+]?\\d+,\\d+");
  private static final Pattern THOUSANDS = Pattern.compile("[-+]?[1-9]\\d{0,2},\\d{3}");

  private static final double MOST_NUMBER = 1e15;

  /** Words that may stand for a missing number. */
  private static final int MOST_WORDS = 3;

  /** Characters of a value in a message. */
  private static final int MOST_SHOWN = 40;

  /** Words for a missing value are such among numbers; among texts they are words, as in run. */
  static Column of(EventSample sample, int at) {
    Column column = of(sample, at, EventFormat.NULL_WORDS);
    return column.isNumber || column.present == 0 ? column : of(sample, at, Set.of());
  }

  private static Column of(EventSample sample, int at, Set<String> nulls) {
    List<String> values = new ArrayList<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    boolean isNumber = true;
    boolean isWhole = true;
    int commas = 0;
    int thousands = 0;
    int present = 0;
    double mean = 0;
    double squares = 0;
    for (String[] row : sample.rows()) {
      String value = row[at] == null || nulls.contains(row[at].trim()) ? null : row[at];
      values.add(value);
      if (value != null) {
        present++;
        counts.merge(value, 1, Integer::sum);
        double number = number(value);
        isNumber &= Math.abs(number) <= MOST_NUMBER;
        boolean comma = value.indexOf(',') >= 0;
        commas += comma ? 1 : 0;
        thousands += comma && THOUSANDS.matcher(value.trim()).matches() ? 1 : 0;
        isWhole &= number == Math.rint(number) && !comma;
        double from = number - mean;
        mean += from / present;
        squares += from * (number - mean);
      }
    }
    // 1,234 alone may be a thousand or one and a bit.
    boolean numbers = present > 0 && isNumber && (commas == 0 || thousands < commas);
    double deviation = Math.sqrt(squares / Math.max(1, present));
    String name = sample.columns().get(at);
    return new Column(
        name,
        values,
        counts,
        present,
        numbers,
        numbers && isWhole,
        numbers && commas > 0,
        mean,
        deviation);
  }

  /** NaN for a text that is no number, with a decimal point or comma. */
  static double number(String value) {
    try {
      String trimmed = value.trim();
      int comma = trimmed.indexOf(',');
      String pointed = comma < 0 ? trimmed : trimmed.replace(',', '.');
      boolean decimal = comma >= 0 && COMMA.matcher(trimmed).matches();
      return Double.parseDouble(decimal ? pointed : trimmed);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /**
   * The words of a column of numbers in which a few words stand for a missing one; none for any
   * other column.
   */
  List<String> wordsAmongNumbers() {
    if (isNumber || distinct() <= MOST_WORDS) {
      return List.of();
    }
    List<String> words =
        counts.keySet().stream()
            .filter(value -> !(Math.abs(number(value)) <= MOST_NUMBER))
            .limit(MOST_WORDS + 1L)
            .toList();
    int events = words.stream().mapToInt(counts::get).sum();
    return words.size() <= MOST_WORDS && 2 * events < present ? words : List.of();
  }

  /** Its events without a number and the first value of them, for a message; empty for none. */
  String notNumbers() {
    List<String> found =
        known().stream().filter(value -> !(Math.abs(number(value)) <= MOST_NUMBER)).toList();
    return found.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            ", but %,d of %,d values are not, such as '%s'",
            found.size(),
            present,
            shortened(found.get(0)));
  }

  private static String shortened(String value) {
    return value.length() <= MOST_SHOWN ? value : value.substring(0, MOST_SHOWN) + "...";
  }

  int distinct() {
    return counts.size();
  }

  /** The values that are there, in order. */
  List<String> known() {
    return values.stream().filter(Objects::nonNull).toList();
  }

  /** True if keys have about the same level: most of the variance is within each of them. */
  boolean isAlikeFor(Column key) {
    Map<String, double[]> sums = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      String of = key.values.get(i);
      if (values.get(i) != null && of != null) {
        double[] sum = sums.computeIfAbsent(of, k -> new double[2]);
        sum[0]++;
        sum[1] += number(values.get(i)) - mean;
      }
    }
    double between =
        sums.values().stream().mapToDouble(sum -> sum[1] * sum[1] / sum[0]).sum() / present;
    return between < 0.5 * deviation * deviation;
  }

  /** Its values, the most frequent first. */
  List<String> byFrequency() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Two values that mean true and false. */
  boolean isBinary() {
    return distinct() <= 2
        && present > 0
        && counts.keySet().stream()
            .allMatch(value -> TRUE_OR_FALSE.contains(value.trim().toLowerCase(Locale.ROOT)));
  }

  /** True if nearly every event has its own value, as an id of events or a free text has. */
  boolean isUnique() {
    return distinct() > 0.9 * present && present > 10;
  }

  /** True if the values are lists or objects of JSON. */
  boolean isStructure() {
    String first = present == 0 ? "" : counts.keySet().iterator().next().trim();
    return first.startsWith("{") || first.startsWith("[");
  }

  /** Numbers that rise by the same step from event to event. */
  boolean isCounter() {
    if (!isWhole || present < values.size() || present < 3) {
      return false;
    }
    double step = number(values.get(1)) - number(values.get(0));
    for (int i = 1; i < values.size(); i++) {
      if (number(values.get(i)) - number(values.get(i - 1)) != step) {
        return false;
      }
    }
    return step != 0;
  }
}
