package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;

/**
 * A message as its source reads it.
 *
 * @param event null if the message is none
 * @param problem why it is none; null if it is one
 * @param leftOut a member of its value that is no column; null where there is none
 */
public record ParsedMessage(Message message, Event event, String problem, String leftOut) {}
