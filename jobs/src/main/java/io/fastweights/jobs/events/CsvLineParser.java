package io.fastweights.jobs.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** A line of comma-separated values (RFC 4180; no line breaks inside quotes). */
final class CsvLineParser implements LineParser {
  private static final long serialVersionUID = 1L;
  private static final ObjectReader READER =
      new CsvMapper().enable(CsvParser.Feature.WRAP_AS_ARRAY).readerFor(String[].class);

  private final int[] places;

  /**
   * @param places for each cell of the file, the column it belongs to
   */
  CsvLineParser(int[] places) {
    this.places = places;
  }

  @Override
  public void parse(String line, String[] into) throws MalformedEventException {
    String[] cells = split(line);
    if (cells.length != places.length) {
      throw new MalformedEventException(
          String.format(Locale.ROOT, "the line has %d of %d columns", cells.length, places.length));
    }
    Arrays.fill(into, null);
    for (int i = 0; i < cells.length; i++) {
      into[places[i]] = cells[i].isEmpty() ? null : cells[i];
    }
  }

  /** The cells of a line. */
  static String[] split(String line) throws MalformedEventException {
    try (MappingIterator<String[]> rows = READER.readValues(line)) {
      String[] cells = rows.hasNextValue() ? rows.nextValue() : new String[0];
      if (rows.hasNextValue()) {
        throw new MalformedEventException("the line has a line break in it");
      }
      return cells;
    } catch (JsonProcessingException e) {
      throw new MalformedEventException("the line is not CSV: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedEventException("the line is not CSV: " + e.getMessage());
    }
  }
}
