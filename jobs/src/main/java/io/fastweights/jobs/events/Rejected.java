package io.fastweights.jobs.events;

/**
 * An event that is not predicted.
 *
 * @param file place of its file among those that are read
 * @param line its number in the file, from 1
 * @param reason what is wrong with it
 * @param text the line as it was
 */
public record Rejected(int file, long line, String reason, String text) {}
