package io.fastweights.jobs.events.records;

/**
 * A record of an events file: a line, or several where quotes or brackets hold line breaks.
 *
 * @param file place of the file among those that are read
 * @param number of the record's first line in its file, from 1
 * @param text without its end of line
 * @param problem why it cannot be read; null where it can
 * @param cells of a CSV record, null where one is empty; null for other formats
 * @param bytes of the file that were read so far, compressed as they are; 0 where that is not known
 */
public record Line(int file, long number, String text, String problem, String[] cells, long bytes) {

  /** Where it is not known how far the file was read. */
  public Line(int file, long number, String text, String problem, String[] cells) {
    this(file, number, text, problem, cells, 0);
  }
}
