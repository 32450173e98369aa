package io.fastweights.kernels.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Reads the members of a JSON object, each once; unread members are refused. */
final class JsonMembers {
  private String what;
  private final ObjectNode node;

  JsonMembers(String what, JsonNode node) {
    this.what = what;
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalArgumentException(what + " must be a JSON object");
    }
    this.node = object;
  }

  /** Names the object in errors from here on. */
  void named(String name) {
    what = name;
  }

  String what() {
    return what;
  }

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  JsonNode optional(String name) {
    JsonNode value = node.remove(name);
    return value == null || value.isNull() ? null : value;
  }

  /** The members of an object inside; null where it is missing. */
  JsonMembers optionalObject(String name) {
    JsonNode value = optional(name);
    return value == null ? null : new JsonMembers(name, value);
  }

  private JsonNode required(String name) {
    JsonNode value = optional(name);
    if (value == null) {
      throw new IllegalArgumentException(what + " has no '" + name + "'");
    }
    return value;
  }

  private IllegalArgumentException wrong(String name, String type, JsonNode value) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s: '%s' is %s, must be %s", what, name, value, type));
  }

  String text(String name) {
    JsonNode value = required(name);
    if (!value.isTextual()) {
      throw wrong(name, "a text", value);
    }
    return value.textValue();
  }

  String optionalText(String name) {
    JsonNode value = optional(name);
    if (value != null && !value.isTextual()) {
      throw wrong(name, "a text", value);
    }
    return value == null ? null : value.textValue();
  }

  /** A text of one character. */
  Character character(String name, Character otherwise) {
    String text = optionalText(name);
    if (text != null && text.length() != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: '%s' is '%s', must be one character", what, name, text));
    }
    return text == null ? otherwise : (Character) text.charAt(0);
  }

  int integer(String name, Integer otherwise) {
    JsonNode value = otherwise == null ? required(name) : optional(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(name, "a whole number", value);
    }
    return value.intValue();
  }

  double number(String name) {
    JsonNode value = required(name);
    if (!value.isNumber()) {
      throw wrong(name, "a number", value);
    }
    return value.doubleValue();
  }

  List<Double> numbers(String name) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode value : array(name)) {
      if (!value.isNumber()) {
        throw wrong(name, "a list of numbers", value);
      }
      numbers.add(value.doubleValue());
    }
    return numbers;
  }

  boolean flag(String name, boolean otherwise) {
    JsonNode value = optional(name);
    if (value != null && !value.isBoolean()) {
      throw wrong(name, "true or false", value);
    }
    return value == null ? otherwise : value.booleanValue();
  }

  JsonNode array(String name) {
    JsonNode value = required(name);
    if (!value.isArray()) {
      throw wrong(name, "a list", value);
    }
    return value;
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : array(name)) {
      if (!value.isTextual()) {
        throw wrong(name, "a list of texts", value);
      }
      texts.add(value.textValue());
    }
    return texts;
  }

  List<String> optionalTexts(String name) {
    return node.hasNonNull(name) ? texts(name) : null;
  }

  /** An object of texts; empty where it is missing. */
  Map<String, String> textsByName(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    JsonNode object = optional(name);
    if (object == null) {
      return texts;
    }
    if (!object.isObject()) {
      throw wrong(name, "an object of texts", object);
    }
    object
        .properties()
        .forEach(
            member -> {
              if (!member.getValue().isTextual()) {
                throw wrong(name, "an object of texts", object);
              }
              texts.put(member.getKey(), member.getValue().textValue());
            });
    return texts;
  }

  ZoneId zone() {
    String id = optionalText("zone");
    try {
      return id == null ? ZoneOffset.UTC : ZoneId.of(id);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(what + ": zone '" + id + "' is unknown");
    }
  }

  void refuseOthers() {
    if (!node.isEmpty()) {
      TreeSet<String> names = new TreeSet<>();
      node.fieldNames().forEachRemaining(names::add);
      throw new IllegalArgumentException(what + " has unknown members " + names);
    }
  }
}
