package io.fastweights.jobs.init;

import io.fastweights.jobs.events.EventSample;
import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.EventFormat.Time;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Chooses key, time, target and encoders for a sample, and says why. */
final class Proposal {
  /** Key of the only memory, where no column is one. */
  private static final String ALL = "all";

  private static final Csv DECIMAL_COMMA = new Csv(null, '"', null, null, ',', true, null);

  private static final int ELAPSED_BUCKETS = 24;
  private static final int HOURS = 24;

  private final List<Column> columns = new ArrayList<>();
  private final Map<String, String> lines = new LinkedHashMap<>();
  private final List<String> open = new ArrayList<>();
  private final TimeColumn time;
  private final KeyChoice keys;
  private final LateLabels late;

  /**
   * @param keyNames one column, or two with a comma between them; null to choose one
   * @param timeName null to choose one
   * @param targetName null if it is not known yet; it is neither key nor time
   */
  Proposal(EventSample sample, String keyNames, String timeName, String targetName) {
    for (int i = 0; i < sample.columns().size(); i++) {
      columns.add(Column.of(sample, i));
    }
    Column target = targetName == null ? null : named("--target", targetName);
    List<Column> given = keyNames == null ? List.of() : givenKeys(keyNames);
    time = timeName == null ? findTime(target, given) : givenTime(timeName, target, given);
    List<Column> others =
        columns.stream().filter(c -> c != target && !given.contains(c) && !isTime(c)).toList();
    late = LateLabels.of(others, target);
    keys =
        given.isEmpty()
            ? KeyChoice.find(others.stream().filter(c -> !late.has(c)).toList())
            : KeyChoice.given(given);
    open.addAll(keys.open());
    boolean isKey = target != null && keys.keys().contains(target);
    if (isKey || target != null && time != null && target == time.column()) {
      throw new IllegalArgumentException(
          "--target " + targetName + " is the " + (isKey ? "key" : "time") + " too");
    }
  }

  /** A column may have a comma in its name. */
  private List<Column> givenKeys(String text) {
    boolean isOne = columns.stream().anyMatch(column -> column.name().equals(text));
    List<String> names = isOne ? List.of(text) : List.of(text.split(",", -1));
    if (names.size() > 2 || names.size() == 2 && names.get(0).equals(names.get(1))) {
      throw new IllegalArgumentException(
          "--key is " + text + ", must be one column or two different ones");
    }
    return names.stream().map(name -> named("--key", name)).toList();
  }

  private Column named(String flag, String name) {
    List<String> names = columns.stream().map(Column::name).toList();
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "%s %s is no column; the columns are %s%s",
                        flag,
                        name,
                        String.join(", ", names),
                        Nearest.hint(name, names))));
  }

  private TimeColumn givenTime(String name, Column target, List<Column> given) {
    Column column = named("--time", name);
    TimeColumn found = TimeColumn.of(column);
    if (found == null && column.isNumber()) {
      open.add(
          name + " is taken for seconds since 1970: its numbers are too small to tell their unit");
      return TimeColumn.ofSeconds(column);
    }
    if (found == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--time %s holds no times that can be read, such as '%s'; name another column, and"
                  + " give its pattern in the schema",
              name,
              column.present() == 0 ? "" : column.known().get(0)));
    }
    return withClock(found, target, given);
  }

  /** Texts that are times; numbers only where the name says so too. */
  private TimeColumn findTime(Column target, List<Column> given) {
    List<TimeColumn> found = new ArrayList<>();
    for (Column column : columns) {
      boolean may = column != target && !given.contains(column) && column.distinct() > 1;
      boolean complete = column.present() >= 0.9 * column.values().size();
      if (may && complete && (!column.isNumber() || Names.isTime(column.name()))) {
        TimeColumn times = TimeColumn.of(column);
        if (times != null) {
          found.add(times);
        }
      }
    }
    found.sort(
        Comparator.comparing((TimeColumn t) -> !Names.isTime(t.column().name()))
            .thenComparing(t -> -Math.round(10 * t.ordered())));
    if (found.size() > 1) {
      open.add(
          "times are in "
              + String.join(", ", found.stream().map(t -> t.column().name()).toList())
              + ": the first is taken, --time names another");
    }
    return found.isEmpty() ? null : withClock(found.get(0), target, given);
  }

  /** Dates alone, with the time of day that another column has. */
  private TimeColumn withClock(TimeColumn dates, Column target, List<Column> given) {
    if (dates.hasTimeOfDay()) {
      return dates;
    }
    List<TimeColumn> found =
        columns.stream()
            .filter(column -> column != target && !given.contains(column))
            .filter(TimeColumn::isClock)
            .sorted(Comparator.comparing((Column column) -> !Names.isTime(column.name())))
            .map(clock -> TimeColumn.of(dates.column(), clock))
            .filter(Objects::nonNull)
            .toList();
    if (found.size() > 1) {
      open.add(
          "times of day are in "
              + String.join(", ", found.stream().map(t -> t.format().clock()).toList())
              + ": the first is taken, \"clock\" in the schema names another");
    }
    return found.isEmpty() ? dates : found.get(0);
  }

  private boolean isTime(Column column) {
    return time != null && (column == time.column() || column.name().equals(time.format().clock()));
  }

  /** Columns that could be the target, the likeliest first. */
  List<Column> targets() {
    return TargetChoice.candidates(
        columns.stream()
            .filter(column -> !keys.keys().contains(column) && !isTime(column))
            .toList());
  }

  /** The schema, after which {@link #lines} and {@link #open} are complete. */
  Schema schema(String targetName, TargetChoice.Kind kind) {
    Column predicted = named("--target", targetName);
    Target target = TargetChoice.of(predicted, kind, starts(predicted));
    Column key = keys.first();
    LastValue last = LastValue.of(predicted, target, key == null ? null : key.values());
    if (target instanceof Target.Item && keys.second() != null) {
      throw new IllegalArgumentException(
          "--keys names two columns, and an item as the target takes one key");
    }
    if (target instanceof Target.Number number) {
      target = last.target(number);
    } else if (!(target instanceof Target.Item)) {
      target = StartRates.of(target, predicted, key);
    }
    explainKeys();
    explainTime();
    lines.put(targetName, TargetChoice.text(target, predicted));
    explainLate();
    List<Field> fields = new ArrayList<>();
    if (keys.second() != null) {
      // Each memory sees the other end of its events.
      keys.keys().forEach(column -> fields.add(Fields.ofCodes(column)));
    }
    for (Column column : columns) {
      if (!lines.containsKey(column.name())) {
        add(column, predicted, fields);
      }
    }
    addTimes(fields);
    addLast(predicted, target, last, fields);
    Map<String, String> constants = new HashMap<>();
    String keyName = key == null ? free(ALL) : key.name();
    if (key == null) {
      constants.put(keyName, "1");
    }
    String timeName = time == null ? free("time") : time.column().name();
    if (time == null) {
      constants.put(timeName, "2000-01-01");
    }
    Time written = time == null ? Time.DEFAULT : time.format();
    Csv csv = columns.stream().anyMatch(Column::isComma) ? DECIMAL_COMMA : Csv.DEFAULT;
    String id = late.id() == null ? null : late.id().name();
    String kindName = late.kind() == null ? null : late.kind().name();
    EventFormat format = new EventFormat(csv, written, null, null, Map.of(), constants, id);
    String second = keys.second() == null ? null : keys.second().name();
    return new Schema(keyName, second, timeName, kindName, fields, target, format);
  }

  /** Statistics of a key may start from those of the sample. */
  private boolean starts(Column column) {
    return keys.first() != null
        && column.isNumber()
        && keys.keys().stream().allMatch(column::isAlikeFor);
  }

  private void explainKeys() {
    for (int i = 0; i < keys.keys().size(); i++) {
      Column key = keys.keys().get(i);
      String place = keys.second() == null ? "the" : i == 0 ? "the first" : "the second";
      lines.put(
          key.name(),
          String.format(
              Locale.ROOT,
              "%s key: %,d memories, %.1f events each in the sample",
              place,
              key.distinct(),
              (double) key.present() / key.distinct()));
    }
  }

  private void explainTime() {
    if (time == null) {
      open.add(
          "no column holds times: events are taken in the order of the file; --time names one");
    } else {
      lines.put(time.column().name(), "the time: " + time.text());
      if (time.format().clock() != null) {
        lines.put(time.format().clock(), "the time of day, beside " + time.column().name());
      }
    }
  }

  private void explainLate() {
    if (late.kind() != null) {
      lines.put(late.kind().name(), "the kind of an event: ask or observe");
    }
    if (late.id() != null) {
      lines.put(late.id().name(), "the id that an ask shares with the observe of its label");
    }
  }

  private void add(Column column, Column target, List<Field> fields) {
    boolean otherTime = !column.isNumber() && column.present() > 0 && TimeColumn.of(column) != null;
    String refusal = otherTime ? "is another time" : Fields.refusal(column, target);
    if (refusal != null) {
      lines.put(column.name(), "left out: " + refusal);
      return;
    }
    List<String> words = column.wordsAmongNumbers();
    if (!words.isEmpty()) {
      open.add(
          String.format(
              Locale.ROOT,
              "%s has numbers, and '%s': it is a number if these are \"nulls\" in the schema",
              column.name(),
              String.join("' and '", words)));
    }
    Field field = Fields.of(column, starts(column));
    fields.add(field);
    lines.put(column.name(), Fields.text(field, column));
  }

  private void addTimes(List<Field> fields) {
    if (time != null) {
      add(
          new Field.Elapsed(free("since"), ELAPSED_BUCKETS),
          "time since the key's last event",
          fields);
      if (time.hasTimeOfDay()) {
        Field hour = new Field.TimeOfDay(free("hour"), HOURS, true, ZoneOffset.UTC);
        add(hour, "time of day, UTC", fields);
      }
      if (time.spansAWeek()) {
        add(new Field.DayOfWeek(free("weekday"), ZoneOffset.UTC), "day of the week, UTC", fields);
      }
    }
  }

  /** A schema needs a field: the last target where no column is left. */
  private void addLast(Column predicted, Target target, LastValue found, List<Field> fields) {
    if (found.tells() || fields.isEmpty() || target instanceof Target.Item) {
      Field last = new Field.LastTarget(free("last_" + predicted.name()), target.ids());
      fields.add(last);
      String whose = keys.first() == null ? "" : " of the key";
      lines.put(last.name(), "the last " + predicted.name() + whose + ": " + found.text());
    }
  }

  private void add(Field field, String text, List<Field> fields) {
    fields.add(field);
    lines.put(field.name(), text + " (made of " + time.column().name() + ")");
  }

  /** A name that no column has. */
  private String free(String name) {
    boolean taken = columns.stream().anyMatch(column -> column.name().equals(name));
    return taken ? free(name + "_") : name;
  }

  /** The different values of a column, sorted. */
  List<String> values(String name) {
    return named("--target", name).values().stream()
        .filter(value -> value != null && !value.isBlank())
        .map(String::trim)
        .distinct()
        .sorted()
        .toList();
  }

  /** What was chosen, by column. */
  Map<String, String> lines() {
    return lines;
  }

  /** What could not be decided. */
  List<String> open() {
    return open;
  }

  /** True if an event is older than the last of its key, or of two keys than any: it is refused. */
  boolean isOutOfOrder() {
    if (time == null) {
      return false;
    }
    boolean together = keys.first() == null || keys.second() != null;
    Map<String, Long> last = new HashMap<>();
    for (int i = 0; i < time.millis().length; i++) {
      String of = together ? ALL : keys.first().values().get(i);
      Long now = time.millis()[i];
      if (of != null && now != null) {
        Long before = last.put(of, now);
        if (before != null && before > now) {
          return true;
        }
      }
    }
    return false;
  }
}
