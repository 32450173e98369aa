package io.fastweights.jobs.events;

/**
 * A record of an events file: a line, or several where quotes or brackets hold line breaks.
 *
 * @param file place of the file among those that are read
 * @param number of the record's first line in its file, from 1
 * @param text without its end of line
 * @param problem why it cannot be read; null where it can
 * @param cells of a CSV record, null where one is empty; null for other formats
 */
public record Line(int file, long number, String text, String problem, String[] cells) {}
