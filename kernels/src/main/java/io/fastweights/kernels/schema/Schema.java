package io.fastweights.kernels.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The structure of an event: its context fields with their encoders, and the target. Written as
 * JSON (see {@link SchemaJson}), alone or in the metadata of a weights file.
 *
 * @param key name of the column that holds the key; null where the stream is keyed already
 * @param secondKey name of the column that holds the key of a second memory, which an event visits
 *     after the first; null where events have one key
 * @param time name of the column that holds the time; null where records carry it
 * @param kind name of the column that says {@code ask} or {@code observe}; null where all observe
 * @param fields the context, known when an event is asked
 * @param target the predicted field; null for a model that predicts no field of the event
 * @param format how files and topics write the events
 */
public record Schema(
    String key,
    String secondKey,
    String time,
    String kind,
    List<Field> fields,
    Target target,
    EventFormat format) {
  private static final int MOST_NAME_CHARS = 200;

  public Schema {
    if (secondKey != null && (key == null || secondKey.equals(key))) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "keys are %s and %s, must be two columns", key, secondKey));
    }
    fields = List.copyOf(fields);
    if (fields.isEmpty()) {
      throw new IllegalArgumentException("a schema must have at least one field");
    }
    Set<String> names = new HashSet<>();
    for (Field field : fields) {
      checkName("field", field.name());
      if (!names.add(field.name())) {
        throw new IllegalArgumentException("field " + field.name() + " stands twice");
      }
      if (field instanceof Field.LastTarget last
          && (target == null || last.targetIds() < target.ids())) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "field %s: targetIds is %d, must be the target's %d",
                field.name(),
                last.targetIds(),
                target == null ? 0 : target.ids()));
      }
    }
    if (target != null) {
      checkName("target", target.name());
    }
    if (target != null && names.contains(target.name())) {
      throw new IllegalArgumentException(
          "target " + target.name() + " is a field too: an event must not see its own target");
    }
    if (format.candidates() != null && !(target instanceof Target.Item)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "candidates: column %s is for a target whose encoder is item",
              format.candidates()));
    }
    for (String name : format.columns().keySet()) {
      if (!names.contains(name) && (target == null || !name.equals(target.name()))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "columns: there is no field '%s'%s", name, Nearest.hint(name, names)));
      }
    }
  }

  /** A schema of events with one key. */
  public Schema(
      String key, String time, String kind, List<Field> fields, Target target, EventFormat format) {
    this(key, null, time, kind, fields, target, format);
  }

  /** A schema of events that are written as {@link EventFormat#DEFAULT} says. */
  public Schema(String key, String time, String kind, List<Field> fields, Target target) {
    this(key, time, kind, fields, target, EventFormat.DEFAULT);
  }

  private static void checkName(String what, String name) {
    boolean printable = name.chars().noneMatch(Character::isISOControl);
    if (name.isBlank() || name.length() > MOST_NAME_CHARS || !printable) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s name '%s' must have 1 to %d characters, none of them a control character",
              what,
              name,
              MOST_NAME_CHARS));
    }
  }

  /** A schema without column names: fields and a target. */
  public static Schema of(List<Field> fields, Target target) {
    return new Schema(null, null, null, fields, target);
  }

  /** Fields and target as JSON, without the columns' names: what weights and memories depend on. */
  public String withoutColumns() {
    return SchemaJson.write(of(fields, target));
  }

  /** The same schema with another column of the id. */
  public Schema withId(String column) {
    return new Schema(key, secondKey, time, kind, fields, target, format.withId(column));
  }

  /** Features of an event. */
  public int features() {
    int features = 0;
    for (int i = 0; i < fields.size(); i++) {
      features += fields.get(i).features();
    }
    return features;
  }

  /** The place of a field, for {@link RawEvent#set}. */
  public int field(String name) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "the schema has no field '%s'%s",
            name,
            Nearest.hint(name, fields.stream().map(Field::name).toList())));
  }

  /** A raw event to fill. */
  public RawEvent newEvent() {
    return new RawEvent(this);
  }

  /**
   * Encodes an event.
   *
   * @throws MalformedEventException if a value is missing, no number, not finite, or an observed
   *     event has no target
   */
  public EncodedEvent encode(RawEvent event) throws MalformedEventException {
    EncodedEvent encoded = new EncodedEvent();
    encode(event, encoded);
    return encoded;
  }

  /**
   * Encodes an event into one that is filled again and again.
   *
   * @param into undefined after an exception
   * @throws MalformedEventException as {@link #encode(RawEvent)}
   */
  public void encode(RawEvent event, EncodedEvent into) throws MalformedEventException {
    into.begin(event, features());
    int at = 0;
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      field.encode(event.value(i), event.contextTimestamp(), into.ids(), into.weights(), at);
      at += field.features();
    }
    if (target != null && event.observes()) {
      into.targetId(target.encode(event.targetValue(), into.beginTarget(target.dim())));
    }
    into.numbers(RunningNumbers.read(this, event));
  }

  /** Names of the numbers that have running statistics: fields in their order, then the target. */
  public List<String> runningNumbers() {
    List<String> names = new ArrayList<>();
    for (Field field : fields) {
      if (RunningNumbers.isRunning(field)) {
        names.add(field.name());
      }
    }
    if (RunningNumbers.isRunning(target)) {
      names.add(target.name());
    }
    return names;
  }

  /** A mean and a deviation. */
  public record Scale(double mean, double deviation) {}

  /**
   * The schema with constants instead of running statistics, and without a prior, as trained
   * weights need it.
   *
   * @param scales by the names of the numbers; those that are not in it stay as they are
   */
  public Schema withConstants(Map<String, Scale> scales) {
    List<Field> constant = new ArrayList<>();
    for (Field field : fields) {
      Scale scale = RunningNumbers.isRunning(field) ? scales.get(field.name()) : null;
      constant.add(
          scale == null ? field : new Field.Numeric(field.name(), scale.mean(), scale.deviation()));
    }
    Scale scale = RunningNumbers.isRunning(target) ? scales.get(target.name()) : null;
    Target predicted =
        scale == null
            ? withoutPrior(target)
            : new Target.Number(target.name(), scale.mean(), scale.deviation());
    return new Schema(key, secondKey, time, kind, constant, predicted, format);
  }

  private static Target withoutPrior(Target target) {
    return target == null ? null : target.withoutPrior();
  }

  /** The constants of the schema's numbers, by their names. */
  public Map<String, Scale> constants() {
    Map<String, Scale> scales = new LinkedHashMap<>();
    for (Field field : fields) {
      if (field instanceof Field.Numeric f && f.statistics() == Statistics.GIVEN) {
        scales.put(f.name(), new Scale(f.mean(), f.deviation()));
      }
    }
    if (target instanceof Target.Number t && t.statistics() == Statistics.GIVEN) {
      scales.put(t.name(), new Scale(t.mean(), t.deviation()));
    }
    return scales;
  }

  /**
   * Standardises the numbers of an event that have running statistics: those of its key up to and
   * with this event. Of an event that is asked they are dropped afterwards, as it is no lag.
   *
   * @param lag the key's last observed event, as this method returned it; null if it has none
   * @return the event itself where it has no such numbers
   */
  public EncodedEvent standardised(EncodedEvent event, EncodedEvent lag) {
    return event.numbers() == null ? event : RunningNumbers.standardised(this, event, lag);
  }

  /**
   * Reads a model's outputs for an event as {@link Target#predict} does. A number with running
   * statistics is in the unit of those before the event; classes with a {@link Prior} are centred
   * by their rates before it.
   *
   * @param event as {@link #standardised} returned it, after earlier events of its key were {@link
   *     #settle settled}
   */
  public void predict(EncodedEvent event, float[] outputs, int at, boolean logits, float[] into) {
    if (RunningNumbers.isRunning(target)) {
      into[0] = event.numbers().answer(target, outputs[at]);
    } else if (RunningTarget.isCentred(target)) {
      event.numbers().predict(target, outputs, at, into);
    } else {
      target.predict(outputs, at, logits, into);
    }
  }

  /**
   * Completes an event's statistics by the model's outputs for it. Each observed event is settled
   * once, in the order of its key's events, and before it is stored as a lag.
   *
   * @param event as {@link #standardised} returned it
   */
  public void settle(EncodedEvent event, float[] outputs, int at) {
    if (event.observe() && RunningNumbers.settles(target)) {
      event.numbers().settle(target, event, outputs, at);
    }
  }

  /** An observed event's target on the scale of a prediction, into float[target dim]. */
  public void target(EncodedEvent event, float[] into) {
    if (RunningNumbers.isRunning(target)) {
      into[0] = (float) event.numbers().target();
    } else if (RunningTarget.isCentred(target)) {
      event.numbers().label(target, event, into);
    } else {
      target.predict(event.target(), 0, false, into);
    }
  }

  /**
   * Encodes an event that is a vector, where there is no schema.
   *
   * @param targetDim floats of an observed event's target; 0 for none
   * @throws MalformedEventException if vector or target is missing, of another size, or has a float
   *     that is not finite or beyond {@link EncodedEvent#MOST}
   */
  public static EncodedEvent encodeVector(RawEvent event, int inputDim, int targetDim)
      throws MalformedEventException {
    EncodedEvent encoded = new EncodedEvent();
    encodeVector(event, inputDim, targetDim, encoded);
    return encoded;
  }

  /**
   * As {@link #encodeVector(RawEvent, int, int)}, into an event that is filled again and again.
   *
   * @param into undefined after an exception
   */
  public static void encodeVector(RawEvent event, int inputDim, int targetDim, EncodedEvent into)
      throws MalformedEventException {
    into.fillVector(event, inputDim, targetDim);
  }

  /**
   * The embedding tensors of a model with this schema: for each field, now and lagged, float[ids,
   * dim], and for the lagged target.
   */
  public Map<String, int[]> embeddingShapes(int dim) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    for (Field field : fields) {
      shapes.put(EmbeddingNames.of(field), new int[] {field.ids(), dim});
    }
    for (Field field : fields) {
      shapes.put(EmbeddingNames.ofLag(field), new int[] {field.ids(), dim});
    }
    if (target != null) {
      shapes.put(EmbeddingNames.ofLag(target), new int[] {target.ids(), dim});
    }
    return shapes;
  }

  /** The column of a field or target of this name. */
  public String column(String name) {
    return format.columns().getOrDefault(name, name);
  }

  /** The {@link #columns} that hold one value each; the others hold lists. */
  public List<String> singleColumns() {
    List<String> single = columns();
    single.remove(format.candidates());
    return single;
  }

  /** Names of the columns a source of this schema must have, and the target's. */
  public List<String> columns() {
    List<String> columns = new ArrayList<>();
    for (String name :
        new String[] {
          key, secondKey, time, format.time().clock(), kind, format.id(), format.candidates()
        }) {
      if (name != null) {
        columns.add(name);
      }
    }
    for (Field field : fields) {
      if (field.takesValue()) {
        columns.add(column(field.name()));
      }
    }
    if (target != null) {
      columns.add(column(target.name()));
    }
    return columns;
  }
}
