package io.fastweights.jobs.events;

/**
 * An event read from a file.
 *
 * @param file place of the file among those that are read
 * @param line its number in the file, from 1
 * @param text the line as it was
 * @param key whose memory it meets
 * @param timestamp in milliseconds since 1970-01-01 UTC
 * @param ask predict only; else learn from it too
 * @param cells its values in the order of the files' columns; null where there is none
 */
public record Event(
    int file, long line, String text, String key, long timestamp, boolean ask, String[] cells) {}
