package io.fastweights.kernels.schema;

import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.kernels.schema.items.Items;
import io.fastweights.kernels.schema.values.GivenNumber;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One event as a reader returns it: its time, ask or observe, a value for each field of the schema
 * that takes one, the target, and an id where asks are answered later. Reused from event to event.
 */
public final class RawEvent {
  private final Object[] values;

  /** Those of {@link #values} that are numbers; made when a field is first given one. */
  private final GivenNumber[] numbers;

  private final GivenNumber targetNumber = new GivenNumber();
  private final Map<String, Integer> places = new HashMap<>();
  private final String targetName;
  private final boolean ranks;
  private Collection<String> candidates;
  private long timestamp;
  private long contextTimestamp;
  private boolean hasContextTimestamp;
  private String id;
  private boolean observe;
  private boolean forget;
  private Object target;
  private float[] vector;

  /** An event of a schema with this many fields, which have no names. */
  public RawEvent(int fields) {
    values = new Object[fields];
    numbers = new GivenNumber[fields];
    targetName = null;
    ranks = false;
    clear();
  }

  RawEvent(Schema schema) {
    values = new Object[schema.fields().size()];
    numbers = new GivenNumber[values.length];
    for (int i = 0; i < values.length; i++) {
      places.put(schema.fields().get(i).name(), i);
    }
    targetName = schema.target() == null ? null : schema.target().name();
    ranks = schema.target() instanceof Target.Item;
    clear();
  }

  /** Forgets the last event. */
  public void clear() {
    Arrays.fill(values, null);
    timestamp = 0;
    hasContextTimestamp = false;
    id = null;
    observe = true;
    forget = false;
    target = null;
    vector = null;
    candidates = null;
  }

  /** When it happened, in milliseconds since 1970-01-01 UTC. */
  public RawEvent timestamp(long millis) {
    timestamp = millis;
    return this;
  }

  /**
   * The moment that the context describes, where it is not the event's time: an observe that brings
   * the label of an earlier ask happens now, but its time of day and day of week are those of the
   * ask. The order of events and the time since a key's last event follow {@link #timestamp}.
   */
  public RawEvent contextTimestamp(long millis) {
    contextTimestamp = millis;
    hasContextTimestamp = true;
    return this;
  }

  /** Names an ask, so that the observe of the same id and key is its answer. */
  public RawEvent id(String value) {
    id = value;
    return this;
  }

  /** Predict, then learn: the default. */
  public RawEvent observe() {
    observe = true;
    return this;
  }

  /** Predict only. */
  public RawEvent ask() {
    observe = false;
    return this;
  }

  /**
   * Empty the memory of the key and delete its state: the events before it leave nothing, those
   * after it find a new key. It is no observe and gets no prediction; fields and target need no
   * values.
   */
  public RawEvent forget() {
    forget = true;
    return this;
  }

  /**
   * A field's value; null where it is missing.
   *
   * @throws IllegalArgumentException if the schema has no field of the name; says which is nearest
   */
  public RawEvent set(String field, String value) {
    values[place(field)] = value;
    return this;
  }

  /**
   * A number field's value.
   *
   * @throws IllegalArgumentException if the schema has no field of the name; says which is nearest
   */
  public RawEvent set(String field, double value) {
    return set(place(field), value);
  }

  private int place(String field) {
    Integer place = places.get(field);
    if (place == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has no field '%s'%s",
              field,
              field.equals(targetName)
                  ? ": it is the target, which target(...) sets"
                  : Nearest.hint(field, places.keySet())));
    }
    return place;
  }

  /** A field's value, by its place in the schema; null where it is missing. */
  public RawEvent set(int field, String value) {
    values[field] = value;
    return this;
  }

  /** A number field's value, by its place in the schema. */
  public RawEvent set(int field, double value) {
    if (numbers[field] == null) {
      numbers[field] = new GivenNumber();
    }
    values[field] = numbers[field].set(value);
    return this;
  }

  /** The target, as a category or as the text of a number. */
  public RawEvent target(String value) {
    target = value;
    return this;
  }

  /** The target, true or false. */
  public RawEvent target(boolean value) {
    return target(value ? 1.0 : 0.0);
  }

  /** The target, as a number. */
  public RawEvent target(double value) {
    target = targetNumber.set(value);
    return this;
  }

  /** The target as it is, where there is no schema: float[targetDim]; copied when encoded. */
  public RawEvent target(float[] value) {
    target = value;
    return this;
  }

  /**
   * The items that the answer ranks, where the target is an item: what a page shows, or could show.
   * Without them the answer ranks the builder's catalogue, if it has one.
   *
   * @param ids at most {@value Items#MOST_CANDIDATES}, none of them blank; one that stands twice
   *     counts once; read before the next event is
   * @throws IllegalArgumentException if the schema's target is no item
   */
  public RawEvent candidates(Collection<String> ids) {
    if (!ranks) {
      throw new IllegalArgumentException("candidates are ranked where the target is an item");
    }
    candidates = ids;
    return this;
  }

  /** The input as it is, where there is no schema: float[inputDim]; copied when encoded. */
  public RawEvent vector(float[] value) {
    vector = value;
    return this;
  }

  /**
   * Takes over times, id, kind and target of an event of another schema, and some of its fields.
   *
   * @param places in the other schema of this event's first fields
   */
  public RawEvent take(RawEvent other, int[] places) {
    timestamp = other.timestamp;
    contextTimestamp = other.contextTimestamp;
    hasContextTimestamp = other.hasContextTimestamp;
    id = other.id;
    observe = other.observe;
    forget = other.forget;
    target = other.target;
    if (target == other.targetNumber) {
      target(other.targetNumber.doubleValue());
    }
    for (int i = 0; i < places.length; i++) {
      Object value = other.values[places[i]];
      values[i] = value;
      if (value instanceof GivenNumber number) {
        set(i, number.doubleValue());
      }
    }
    return this;
  }

  public long timestamp() {
    return timestamp;
  }

  /** The event's time unless {@link #contextTimestamp(long)} set another. */
  public long contextTimestamp() {
    return hasContextTimestamp ? contextTimestamp : timestamp;
  }

  /** The id that an ask shares with its observe; null where the event has none. */
  public String id() {
    return id;
  }

  public boolean observes() {
    return observe;
  }

  /** True if the memory of the key is to be emptied. */
  public boolean forgets() {
    return forget;
  }

  Object value(int field) {
    return values[field];
  }

  /**
   * The items that the answer ranks; null for those of the catalogue.
   *
   * @throws MalformedEventException if they are too many, or one is blank
   */
  public Candidates candidates() throws MalformedEventException {
    try {
      return candidates == null
          ? null
          : Candidates.of("the event's list of candidates", candidates, Items.MOST_CANDIDATES);
    } catch (IllegalArgumentException e) {
      throw new MalformedEventException(e.getMessage());
    }
  }

  /**
   * The id of the item that was taken.
   *
   * @throws MalformedEventException if it is missing
   */
  public String item(Target.Item of) throws MalformedEventException {
    return of.id(target);
  }

  Object targetValue() {
    return target;
  }

  float[] vector() {
    return vector;
  }

  /**
   * A number given as such or as text.
   *
   * @throws MalformedEventException if it is missing, no number, NaN or infinite
   */
  static double number(String kind, String name, Object value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException(kind + name + " is missing");
    }
    double number;
    if (value instanceof Number given) {
      number = given.doubleValue();
    } else if (value instanceof String text) {
      try {
        number = Double.parseDouble(text.trim());
      } catch (NumberFormatException e) {
        throw new MalformedEventException(kind + name + " is '" + text + "', not a number");
      }
    } else {
      throw new MalformedEventException(kind + name + " is a vector, not a number");
    }
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new MalformedEventException(kind + name + " is " + number + ", must be finite");
    }
    return number;
  }
}
