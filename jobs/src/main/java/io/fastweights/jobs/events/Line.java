package io.fastweights.jobs.events;

/**
 * A line of an events file.
 *
 * @param file place of the file among those that are read
 * @param number of the line in its file, from 1
 * @param text without its end of line
 * @param problem why it cannot be read; null where it can
 */
public record Line(int file, long number, String text, String problem) {}
