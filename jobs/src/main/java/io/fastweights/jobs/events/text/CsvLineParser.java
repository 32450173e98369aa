package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.LineParser;
import io.fastweights.kernels.schema.MalformedEventException;
import java.util.Arrays;

/** Puts the cells of a CSV record into their columns. */
public final class CsvLineParser implements LineParser {
  /** A cell of a column without a name. */
  public static final int PASSED_OVER = -1;

  private static final long serialVersionUID = 1L;

  private final int[] places;

  /**
   * @param places for each cell of the file, the column it belongs to, or {@link #PASSED_OVER}
   */
  public CsvLineParser(int[] places) {
    this.places = places.clone();
  }

  /** One more cell than columns is no mistake where it is empty: some tools end lines so. */
  @Override
  public void parse(Line line, String[] into) throws MalformedEventException {
    String[] cells = line.cells();
    boolean surplus = cells.length == places.length + 1 && cells[places.length] == null;
    if (cells.length != places.length && !surplus) {
      throw new MalformedEventException(
          "the line has " + cells.length + " of " + places.length + " columns");
    }
    Arrays.fill(into, null);
    for (int i = 0; i < places.length; i++) {
      if (places[i] != PASSED_OVER) {
        into[places[i]] = cells[i];
      }
    }
  }
}
