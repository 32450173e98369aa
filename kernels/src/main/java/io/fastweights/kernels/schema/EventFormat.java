package io.fastweights.kernels.schema;

import java.io.Serializable;
import java.nio.charset.Charset;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The format of a schema's events in files and topics. Memories and weights do not depend on it.
 *
 * @param csv the dialect of CSV files
 * @param time how times are written
 * @param nulls words that stand for a missing value; null for {@link #NULL_WORDS}, which count for
 *     numbers and targets only
 * @param charset of files; null for UTF-8, or what a byte order mark says
 * @param columns of fields and target that have another column than their name, by their names
 * @param constants columns that have the same value in every event, by their names
 * @param id name of the column that an ask shares with the observe that brings its label; null for
 *     none
 * @param candidates name of the column with the items that an answer ranks; null for none
 */
public record EventFormat(
    Csv csv,
    Time time,
    Set<String> nulls,
    Charset charset,
    Map<String, String> columns,
    Map<String, String> constants,
    String id,
    String candidates) {

  /** Words for a missing value in R, pandas, SQL dumps and spreadsheets. */
  public static final Set<String> NULL_WORDS =
      Set.of(
          "NA", "N/A", "n/a", "<NA>", "NULL", "Null", "null", "NaN", "nan", "None", "none", "\\N",
          "#N/A", "#NA");

  /** RFC 4180, UTF-8, ISO 8601 or numbers of a unit that the source finds. */
  public static final EventFormat DEFAULT =
      new EventFormat(Csv.DEFAULT, Time.DEFAULT, null, null, Map.of(), Map.of(), null);

  /** Events without candidates. */
  public EventFormat(
      Csv csv,
      Time time,
      Set<String> nulls,
      Charset charset,
      Map<String, String> columns,
      Map<String, String> constants,
      String id) {
    this(csv, time, nulls, charset, columns, constants, id, null);
  }

  public EventFormat {
    nulls = nulls == null ? null : Set.copyOf(nulls);
    columns = Map.copyOf(columns);
    constants = Map.copyOf(constants);
  }

  /** The same with another column of the id. */
  public EventFormat withId(String column) {
    return new EventFormat(csv, time, nulls, charset, columns, constants, column, candidates);
  }

  /**
   * The dialect of CSV files.
   *
   * @param delimiter between cells; null for the one of {@code , ; tab |} that gives the columns of
   *     the schema
   * @param quote around cells that hold delimiters, quotes (doubled) or line breaks
   * @param escape makes the next character literal; null for none
   * @param comment begins a line that is no record; null for none
   * @param decimal . or , in numbers
   * @param trim true to drop blanks around unquoted cells
   * @param header columns of files without a header, in order; null where the first record is one
   */
  public record Csv(
      Character delimiter,
      char quote,
      Character escape,
      Character comment,
      char decimal,
      boolean trim,
      List<String> header)
      implements Serializable {
    public static final Csv DEFAULT = new Csv(null, '"', null, null, '.', true, null);

    public Csv {
      header = header == null ? null : List.copyOf(header);
      if (decimal != '.' && decimal != ',') {
        throw new IllegalArgumentException("csv: decimal is '" + decimal + "', must be . or ,");
      }
      requireApart("delimiter", delimiter, quote, comment, escape);
      requireApart("comment", comment, quote, escape, null);
      for (Character special : new Character[] {delimiter, quote, escape, comment}) {
        if (special != null && (special == '\n' || special == '\r')) {
          throw new IllegalArgumentException("csv: a line break ends records, nothing else");
        }
      }
    }

    private static void requireApart(String what, Character c, Character... others) {
      for (Character other : others) {
        if (c != null && c.equals(other)) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT, "csv: %s is '%s', must differ from the other characters", what, c));
        }
      }
    }

    /** The same with a delimiter; null if the dialect has another use for it. */
    public Csv with(char found) {
      boolean taken =
          found == quote || Objects.equals(escape, found) || Objects.equals(comment, found);
      return taken ? null : new Csv(found, quote, escape, comment, decimal, trim, header);
    }
  }

  /** The unit of numeric times, counted from 1970-01-01 UTC. */
  public enum Unit {
    S(1000, 1),
    MS(1, 1),
    US(1, 1000),
    NS(1, 1_000_000);

    private final long millis;
    private final long perMilli;

    Unit(long millis, long perMilli) {
      this.millis = millis;
      this.perMilli = perMilli;
    }

    /** Milliseconds per unit; 1 for shorter units. */
    public long millis() {
      return millis;
    }

    /** Units per millisecond; 1 for longer units. */
    public long perMilli() {
      return perMilli;
    }
  }

  /**
   * The format of times.
   *
   * @param unit of times that are numbers; null where the source finds it
   * @param pattern of {@link java.time.format.DateTimeFormatter}; null for ISO 8601
   * @param zone of times without an offset
   * @param clock column of the time of day, where the column of the time has the date alone: both
   *     are read as one text with a blank between them; null where one column has both
   */
  public record Time(Unit unit, String pattern, ZoneId zone, String clock) implements Serializable {
    public static final Time DEFAULT = new Time(null, null, ZoneOffset.UTC);

    /** Times of one column. */
    public Time(Unit unit, String pattern, ZoneId zone) {
      this(unit, pattern, zone, null);
    }

    /** The same with a unit. */
    public Time with(Unit found) {
      return new Time(found, pattern, zone, clock);
    }

    /** The same with a column of the time of day. */
    public Time withClock(String column) {
      return new Time(unit, pattern, zone, column);
    }
  }
}
