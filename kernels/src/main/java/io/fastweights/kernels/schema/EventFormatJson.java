package io.fastweights.kernels.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.schema.EventFormat.Csv;
import io.fastweights.kernels.schema.EventFormat.Time;
import io.fastweights.kernels.schema.EventFormat.Unit;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalQueries;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Members of a schema's JSON that define the format of its events. */
final class EventFormatJson {
  private static final ZonedDateTime SAMPLE =
      ZonedDateTime.of(2001, 2, 3, 4, 5, 6, 0, ZoneOffset.UTC);

  private EventFormatJson() {}

  /**
   * @param time member of the schema; null, a column's name, or an object
   * @return the column of the time; null where none is named
   */
  static String timeColumn(JsonNode time) {
    if (time == null || time.isTextual()) {
      return time == null ? null : time.textValue();
    }
    return time.isObject() ? new JsonMembers("time", time).text("column") : null;
  }

  /**
   * Takes the members of a schema that are its format.
   *
   * @param timeColumn the column of {@code time}
   */
  static EventFormat parse(JsonMembers schema, JsonNode time, String timeColumn) {
    List<String> nulls = schema.optionalTexts("nulls");
    return new EventFormat(
        csv(schema.optionalObject("csv")),
        apart(time(time), timeColumn),
        nulls == null ? null : new LinkedHashSet<>(nulls),
        charset(schema.optionalText("charset")),
        schema.textsByName("columns"),
        schema.textsByName("constants"),
        schema.optionalText("id"),
        schema.optionalText("candidates"));
  }

  private static Csv csv(JsonMembers m) {
    if (m == null) {
      return Csv.DEFAULT;
    }
    Csv csv =
        new Csv(
            m.character("delimiter", null),
            m.character("quote", '"'),
            m.character("escape", null),
            m.character("comment", null),
            m.character("decimal", '.'),
            m.flag("trim", true),
            m.optionalTexts("header"));
    m.refuseOthers();
    return csv;
  }

  private static Time time(JsonNode node) {
    if (node == null || node.isTextual()) {
      return Time.DEFAULT;
    }
    JsonMembers m = new JsonMembers("time", node);
    Time time =
        new Time(
            unit(m.optionalText("unit")),
            pattern(m.optionalText("pattern")),
            m.zone(),
            m.optionalText("clock"));
    m.refuseOthers();
    if (time.unit() != null && time.pattern() != null) {
      throw new IllegalArgumentException("time: give a unit or a pattern, not both");
    }
    if (time.unit() != null && time.clock() != null) {
      throw new IllegalArgumentException(
          "time: give a unit or a clock, not both: a number since 1970 has its time of day");
    }
    return time;
  }

  private static Time apart(Time time, String column) {
    if (time.clock() != null && time.clock().equals(column)) {
      throw new IllegalArgumentException(
          "time: column and clock are both '" + column + "', must be two columns");
    }
    return time;
  }

  private static Unit unit(String text) {
    if (text == null) {
      return null;
    }
    return switch (text) {
      case "s" -> Unit.S;
      case "ms" -> Unit.MS;
      case "us" -> Unit.US;
      case "ns" -> Unit.NS;
      default ->
          throw new IllegalArgumentException(
              "time: unit is '" + text + "', must be one of s, ms, us, ns");
    };
  }

  private static String pattern(String text) {
    if (text != null && !givesDates(text)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "time: pattern is '%s', which gives no date", text));
    }
    return text;
  }

  private static boolean givesDates(String pattern) {
    DateTimeFormatter formatter;
    try {
      formatter = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "time: pattern is '%s': %s", pattern, e.getMessage()));
    } catch (ClassCastException e) {
      // The JDK's own failure, up to version 25 at least.
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "time: pattern is '%s', padding 'p' within adjacent numbers", pattern));
    }
    try {
      return formatter.parse(formatter.format(SAMPLE)).query(TemporalQueries.localDate()) != null;
    } catch (DateTimeException e) {
      // A format that cannot read its own text (two numbers with nothing between) may have a date.
      return true;
    }
  }

  private static Charset charset(String name) {
    try {
      return name == null ? null : Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new IllegalArgumentException("charset '" + name + "' is unknown");
    }
  }

  /** Writes the column of the time, and members that are not the default. */
  static void write(String timeColumn, EventFormat format, ObjectNode into) {
    Time time = format.time();
    if (time.equals(Time.DEFAULT)) {
      into.put("time", timeColumn);
      return;
    }
    ObjectNode node = into.putObject("time").put("column", timeColumn);
    if (time.unit() != null) {
      node.put("unit", time.unit().name().toLowerCase(Locale.ROOT));
    }
    if (time.pattern() != null) {
      node.put("pattern", time.pattern());
    }
    if (!time.zone().equals(ZoneOffset.UTC)) {
      node.put("zone", time.zone().getId());
    }
    if (time.clock() != null) {
      node.put("clock", time.clock());
    }
  }

  /** Writes members that are not the default, except the time. */
  static void write(EventFormat format, ObjectNode into) {
    if (format.id() != null) {
      into.put("id", format.id());
    }
    if (format.candidates() != null) {
      into.put("candidates", format.candidates());
    }
    Csv csv = format.csv();
    if (!csv.equals(Csv.DEFAULT)) {
      ObjectNode node = into.putObject("csv");
      putCharacter(node, "delimiter", csv.delimiter(), null);
      putCharacter(node, "quote", csv.quote(), '"');
      putCharacter(node, "escape", csv.escape(), null);
      putCharacter(node, "comment", csv.comment(), null);
      putCharacter(node, "decimal", csv.decimal(), '.');
      if (!csv.trim()) {
        node.put("trim", false);
      }
      if (csv.header() != null) {
        csv.header().forEach(node.putArray("header")::add);
      }
    }
    Set<String> nulls = format.nulls();
    if (nulls != null) {
      new TreeSet<>(nulls).forEach(into.putArray("nulls")::add);
    }
    if (format.charset() != null) {
      into.put("charset", format.charset().name());
    }
    if (!format.columns().isEmpty()) {
      new TreeMap<>(format.columns()).forEach(into.putObject("columns")::put);
    }
    if (!format.constants().isEmpty()) {
      new TreeMap<>(format.constants()).forEach(into.putObject("constants")::put);
    }
  }

  private static void putCharacter(
      ObjectNode node, String name, Character value, Character otherwise) {
    if (value != null && !value.equals(otherwise)) {
      node.put(name, value.toString());
    }
  }
}
