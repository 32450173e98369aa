package io.fastweights.jobs.train;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers events into one sequence for each key, taken and refused as {@code run} does it. Not safe
 * for more than one thread.
 */
public final class KeyedSequences {
  private final Schema schema;
  private final EventFields fields;
  private final RawEvent raw;
  private final SequenceBuilder builder;
  private final Map<String, Long> lastObserved = new HashMap<>();
  private final Map<String, Integer> lives = new HashMap<>();
  private long events;

  /**
   * @param columns of the events' cells
   */
  public KeyedSequences(Schema schema, List<String> columns) {
    this.schema = schema;
    this.fields = new EventFields(schema, columns);
    this.raw = schema.newEvent();
    this.builder = new SequenceBuilder(schema);
  }

  /**
   * Adds an event to the sequence of its key. One that forgets its key ends the sequence.
   *
   * @return the event as the schema encodes it; null for one that forgets its key
   * @throws MalformedEventException if {@code run} would refuse it
   */
  public EncodedEvent take(Event event) throws MalformedEventException {
    if (event.forgets()) {
      lives.merge(event.key(), 1, Integer::sum);
      lastObserved.remove(event.key());
      return null;
    }
    raw.clear();
    fields.read(event, raw);
    EncodedEvent encoded = schema.encode(raw);
    if (encoded.timestamp() < lastObserved.getOrDefault(event.key(), Long.MIN_VALUE)) {
      throw new MalformedEventException("time is before the last observed event of its key");
    }
    if (encoded.observe()) {
      lastObserved.put(event.key(), encoded.timestamp());
    }
    builder.add(sequence(event.key()), encoded);
    events++;
    return encoded;
  }

  /** Name of a key's sequence: a key that was forgotten begins another one. */
  private String sequence(String key) {
    Integer life = lives.get(key);
    return life == null ? key : key + '\0' + life;
  }

  /** Events taken. */
  public long events() {
    return events;
  }

  /** The sequences so far, in the order of their keys' first events. */
  public List<EventSequence> build() {
    return builder.build();
  }
}
