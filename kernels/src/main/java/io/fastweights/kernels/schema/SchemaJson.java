package io.fastweights.kernels.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A schema as JSON:
 *
 * <pre>
 * {"key": "origin", "time": "time", "kind": "kind",
 *  "fields": [
 *    {"name": "destination", "encoder": "hashed", "buckets": 1024},
 *    {"name": "carrier", "encoder": "categorical", "vocabulary": ["AA", "DL"]},
 *    {"name": "distance", "encoder": "numeric", "mean": 700, "deviation": 560},
 *    {"name": "since", "encoder": "elapsed", "buckets": 24},
 *    {"name": "hour", "encoder": "timeOfDay", "buckets": 24, "smooth": false, "zone": "UTC"},
 *    {"name": "day", "encoder": "dayOfWeek", "zone": "UTC"}],
 *  "target": {"name": "late", "encoder": "binary"}}
 * </pre>
 *
 * Targets: {@code binary}; {@code class} with {@code classes}; {@code number}; {@code item} with
 * the {@code size} of its embedding, 64 by default. The first two may have a {@link Prior}, {@code
 * {"rate": 0.2, "events": 5}} or {@code {"rates": [0.2, 0.8]}}. A number without {@code mean} and
 * {@code deviation} has running statistics of its key; with {@code "statistics": "key"} they start
 * from these two. {@code "keys": ["origin", "destination"]} in place of {@code key} gives an event
 * two keys. Unknown members are refused. A schema may also define the format of its events, see
 * {@link EventFormat}:
 *
 * <pre>
 * "time": {"column": "time", "unit": "s", "pattern": "dd.MM.yyyy HH:mm", "zone": "Europe/Berlin"},
 * "csv": {"delimiter": ";", "quote": "'", "escape": "\\", "comment": "#", "decimal": ",",
 *         "trim": false, "header": ["origin", "time", "destination"]},
 * "nulls": ["-"], "charset": "ISO-8859-1",
 * "columns": {"destination": "To (airport)"}, "constants": {"all": "1"}, "id": "flight",
 * "candidates": "shown"
 * </pre>
 */
public final class SchemaJson {
  private static final int MOST_CHARS = 1 << 24;

  /** The target of a second key's memory; schemas of users do not have it. */
  private static final String RESIDUAL = "residual";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(16).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private SchemaJson() {}

  /**
   * @throws IllegalArgumentException if the text is no schema; the message says where
   */
  public static Schema parse(String json) {
    if (json.length() > MOST_CHARS) {
      throw new IllegalArgumentException(
          "a schema of " + json.length() + " characters, must have at most " + MOST_CHARS);
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(json.startsWith("\uFEFF") ? json.substring(1) : json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the schema is not JSON: " + e.getOriginalMessage());
    }
    JsonMembers schema = new JsonMembers("the schema", root);
    JsonNode targetNode = schema.optional("target");
    Target target = targetNode == null ? null : target(new JsonMembers("the target", targetNode));
    List<Field> fields = new ArrayList<>();
    for (JsonNode node : schema.array("fields")) {
      fields.add(field(new JsonMembers("a field", node), target));
    }
    JsonNode time = schema.optional("time");
    if (time != null && !time.isTextual() && !time.isObject()) {
      throw new IllegalArgumentException(
          "the schema: 'time' is " + time + ", must be a text or an object");
    }
    List<String> keys = keys(schema);
    String timeColumn = EventFormatJson.timeColumn(time);
    Schema parsed =
        new Schema(
            keys.isEmpty() ? null : keys.get(0),
            keys.size() < 2 ? null : keys.get(1),
            timeColumn,
            schema.optionalText("kind"),
            fields,
            target,
            EventFormatJson.parse(schema, time, timeColumn));
    schema.refuseOthers();
    return parsed;
  }

  /** The columns of the keys, in the order in which an event visits their memories. */
  private static List<String> keys(JsonMembers schema) {
    String key = schema.optionalText("key");
    List<String> keys = schema.optionalTexts("keys");
    if (keys == null) {
      return key == null ? List.of() : List.of(key);
    }
    if (key != null) {
      throw new IllegalArgumentException("the schema has both 'key' and 'keys', must have one");
    }
    if (keys.isEmpty() || keys.size() > 2) {
      throw new IllegalArgumentException(
          "the schema: 'keys' names " + keys.size() + " columns, must name 1 or 2");
    }
    return keys;
  }

  private static Field lastTarget(String name, Target target) {
    if (target == null) {
      throw new IllegalArgumentException(
          "field " + name + ": the schema has no target, lastTarget needs one");
    }
    return new Field.LastTarget(name, target.ids());
  }

  private static Field field(JsonMembers m, Target target) {
    String name = m.text("name");
    m.named("field " + name);
    String encoder = m.text("encoder");
    Field field =
        switch (encoder) {
          case "categorical" -> new Field.Categorical(name, m.texts("vocabulary"));
          case "hashed" -> new Field.Hashed(name, m.integer("buckets", null));
          case "numeric" -> {
            Scale scale = Scale.read(m);
            yield new Field.Numeric(name, scale.mean, scale.deviation, scale.statistics);
          }
          case "elapsed" -> new Field.Elapsed(name, m.integer("buckets", 24));
          case "timeOfDay" ->
              new Field.TimeOfDay(name, m.integer("buckets", 24), m.flag("smooth", true), m.zone());
          case "dayOfWeek" -> new Field.DayOfWeek(name, m.zone());
          case "lastTarget" -> lastTarget(name, target);
          default ->
              throw new IllegalArgumentException(
                  m.what()
                      + ": encoder is '"
                      + encoder
                      + "', must be one of categorical, hashed, numeric, elapsed, timeOfDay,"
                      + " dayOfWeek, lastTarget");
        };
    m.refuseOthers();
    return field;
  }

  private static Target target(JsonMembers m) {
    String name = m.text("name");
    m.named("target " + name);
    String encoder = m.text("encoder");
    Target target =
        switch (encoder) {
          case "binary" -> new Target.Binary(name, prior(m, 1));
          case "class" -> {
            List<String> classes = m.texts("classes");
            yield new Target.Classes(name, classes, prior(m, classes.size()));
          }
          case "number" -> {
            Scale scale = Scale.read(m);
            yield new Target.Number(name, scale.mean, scale.deviation, scale.statistics);
          }
          case "item" -> new Target.Item(name, m.integer("size", Target.Item.SIZE));
          case RESIDUAL ->
              new Residual(
                  name,
                  m.integer("dim", null),
                  m.number("deviation"),
                  m.has("events") ? m.number("events") : 0);
          default ->
              throw new IllegalArgumentException(
                  m.what()
                      + ": encoder is '"
                      + encoder
                      + "', must be one of binary, class, number, item");
        };
    m.refuseOthers();
    return target;
  }

  /** Null where it is missing; without rates they are equal. */
  private static Prior prior(JsonMembers target, int dim) {
    JsonMembers m = target.optionalObject("prior");
    if (m == null) {
      return null;
    }
    m.named(target.what() + ": prior");
    double events = m.has("events") ? m.number("events") : Prior.EVENTS;
    List<Double> rates = null;
    if (dim == 1 && m.has("rate")) {
      rates = List.of(m.number("rate"));
    } else if (dim > 1 && m.has("rates")) {
      rates = m.numbers("rates");
    }
    m.refuseOthers();
    try {
      return rates == null ? Prior.even(dim, events) : new Prior(rates, events);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(target.what() + ": " + e.getMessage(), e);
    }
  }

  private static void write(Prior prior, ObjectNode target) {
    if (prior == null) {
      return;
    }
    ObjectNode node = target.putObject("prior");
    if (prior.rates().size() == 1) {
      node.put("rate", prior.rate(0));
    } else {
      prior.rates().forEach(node.putArray("rates")::add);
    }
    node.put("events", prior.events());
  }

  /** The schema as JSON text that {@link #parse} reads back. */
  public static String write(Schema schema) {
    ObjectNode root = MAPPER.createObjectNode();
    if (schema.secondKey() != null) {
      root.putArray("keys").add(schema.key()).add(schema.secondKey());
    } else if (schema.key() != null) {
      root.put("key", schema.key());
    }
    if (schema.time() != null) {
      EventFormatJson.write(schema.time(), schema.format(), root);
    }
    if (schema.kind() != null) {
      root.put("kind", schema.kind());
    }
    ArrayNode fields = root.putArray("fields");
    schema.fields().forEach(field -> write(field, fields.addObject()));
    if (schema.target() != null) {
      write(schema.target(), root.putObject("target"));
    }
    EventFormatJson.write(schema.format(), root);
    return root.toString();
  }

  private static void write(Field field, ObjectNode node) {
    node.put("name", field.name());
    if (field instanceof Field.Categorical f) {
      node.put("encoder", "categorical");
      f.vocabulary().forEach(node.putArray("vocabulary")::add);
    } else if (field instanceof Field.Hashed f) {
      node.put("encoder", "hashed").put("buckets", f.buckets());
    } else if (field instanceof Field.Numeric f) {
      node.put("encoder", "numeric");
      new Scale(f.mean(), f.deviation(), f.statistics()).write(node);
    } else if (field instanceof Field.Elapsed f) {
      node.put("encoder", "elapsed").put("buckets", f.buckets());
    } else if (field instanceof Field.TimeOfDay f) {
      node.put("encoder", "timeOfDay")
          .put("buckets", f.buckets())
          .put("smooth", f.smooth())
          .put("zone", f.zone().getId());
    } else if (field instanceof Field.DayOfWeek f) {
      node.put("encoder", "dayOfWeek").put("zone", f.zone().getId());
    } else if (field instanceof Field.LastTarget) {
      node.put("encoder", "lastTarget");
    }
  }

  private static void write(Target target, ObjectNode node) {
    node.put("name", target.name());
    if (target instanceof Target.Classes t) {
      node.put("encoder", "class");
      t.classes().forEach(node.putArray("classes")::add);
      write(t.prior(), node);
    } else if (target instanceof Target.Binary t) {
      node.put("encoder", "binary");
      write(t.prior(), node);
    } else if (target instanceof Target.Number t) {
      node.put("encoder", "number");
      new Scale(t.mean(), t.deviation(), t.statistics()).write(node);
    } else if (target instanceof Target.Item t) {
      node.put("encoder", "item").put("size", t.size());
    } else if (target instanceof Residual t) {
      node.put("encoder", RESIDUAL).put("dim", t.dim()).put("deviation", t.deviation());
      if (t.events() > 0) {
        node.put("events", t.events());
      }
    }
  }

  /** The members that say how a number is standardised. */
  private record Scale(double mean, double deviation, Statistics statistics) {
    private static final Map<String, Statistics> NAMES =
        Map.of("key", Statistics.KEY, "changes", Statistics.CHANGES);

    static Scale read(JsonMembers m) {
      String statistics = m.optionalText("statistics");
      Statistics source = statistics == null ? null : NAMES.get(statistics);
      if (statistics != null && source == null) {
        throw new IllegalArgumentException(
            m.what()
                + ": statistics is '"
                + statistics
                + "', must be key, or of a target changes, or be left out");
      }
      boolean given = m.has("mean") || m.has("deviation");
      if (!given) {
        return new Scale(0, 0, source == null ? Statistics.KEY : source);
      }
      source = source == null ? Statistics.GIVEN : source;
      double deviation = m.number("deviation");
      if (deviation == 0) {
        // A record has 0 for "not given".
        throw new IllegalArgumentException(m.what() + ": deviation is 0, must be positive");
      }
      return new Scale(m.number("mean"), deviation, source);
    }

    void write(ObjectNode node) {
      if (deviation > 0) {
        node.put("mean", mean).put("deviation", deviation);
      }
      if (statistics == Statistics.KEY) {
        node.put("statistics", "key");
      } else if (statistics == Statistics.CHANGES) {
        node.put("statistics", "changes");
      }
    }
  }
}
