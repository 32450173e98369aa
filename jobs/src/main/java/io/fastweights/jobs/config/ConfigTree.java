package io.fastweights.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Normalises the alternative forms of a job file. */
final class ConfigTree {
  /** Keys that name files; paths are relative to the job file's folder. */
  private static final List<String> PATHS =
      List.of(
          "/schema",
          "/weights",
          "/source/files",
          "/source/kafka/avro-schema",
          "/source/kafka/protobuf/descriptors",
          "/sink/files/folder");

  private static final List<String> CLIENTS =
      List.of("/source/kafka", "/sink/kafka", "/refresh/kafka");

  private static final Pattern REFERENCE = Pattern.compile("(\\$?)\\$\\{([^}]*)}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String DEFAULT = ":-";

  private final Path file;
  private final UnaryOperator<String> environment;

  /**
   * @param environment the value of a variable; null if it is not set
   */
  ConfigTree(Path file, UnaryOperator<String> environment) {
    this.file = file;
    this.environment = environment;
  }

  /** Converts a tree to the normal form. */
  void normalise(ObjectNode tree) {
    List<String> own =
        StreamSupport.stream(((Iterable<String>) tree::fieldNames).spliterator(), false)
            .filter(name -> name.startsWith("x-"))
            .toList();
    tree.remove(own);
    replaceVariables(tree, "");
    PATHS.forEach(path -> resolve(tree, path));
    for (String client : CLIENTS) {
      if (tree.at(client) instanceof ObjectNode node) {
        client(node);
      }
    }
    if (tree.at("/source/kafka") instanceof ObjectNode kafka) {
      registry(kafka);
    }
  }

  private void replaceVariables(JsonNode node, String key) {
    if (node instanceof ObjectNode object) {
      object
          .properties()
          .forEach(member -> member.setValue(replaced(member.getValue(), key + member.getKey())));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, replaced(array.get(i), key));
      }
    }
  }

  private JsonNode replaced(JsonNode value, String key) {
    if (!value.isTextual()) {
      replaceVariables(value, key + ".");
      return value;
    }
    Matcher reference = REFERENCE.matcher(value.textValue());
    return TextNode.valueOf(
        reference.replaceAll(found -> Matcher.quoteReplacement(value(found, key))));
  }

  private String value(MatchResult reference, String key) {
    String inside = reference.group(2);
    int at = inside.indexOf(DEFAULT);
    String name = at < 0 ? inside : inside.substring(0, at);
    if (!NAME.matcher(name).matches()) {
      // As Kafka's own ${provider:path:key}.
      return reference.group();
    }
    if (!reference.group(1).isEmpty()) {
      // $${NAME} is ${NAME} as it stands.
      return reference.group().substring(1);
    }
    String value = environment.apply(name);
    if (value == null && at < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the environment has no variable %s, which %s names",
              file,
              name,
              key));
    }
    return value == null ? inside.substring(at + DEFAULT.length()) : value;
  }

  private void resolve(ObjectNode tree, String path) {
    JsonNode node = tree.at(path);
    int last = path.lastIndexOf('/');
    JsonNode parent = last == 0 ? tree : tree.at(path.substring(0, last));
    if (node.isTextual()) {
      ((ObjectNode) parent).put(path.substring(last + 1), resolved(path, node.asText()));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, TextNode.valueOf(resolved(path, array.get(i).asText())));
      }
    }
  }

  private String resolved(String key, String path) {
    String text =
        path.equals("~") || path.startsWith("~/")
            ? System.getProperty("user.home") + path.substring(1)
            : path;
    try {
      return file.toAbsolutePath().getParent().resolve(text).normalize().toString();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: %s is no path: %s",
              file,
              key.substring(1).replace('/', '.'),
              e.getReason()));
    }
  }

  /** An address alone stands for a registry without properties. */
  private static void registry(ObjectNode kafka) {
    String key = "schema-registry";
    if (kafka.get(key) instanceof TextNode || kafka.get(key) instanceof ArrayNode) {
      JsonNode url = kafka.get(key);
      kafka.putObject(key).set("url", url);
    }
    if (kafka.get(key) instanceof ObjectNode registry) {
      join(registry, "url");
      flatten(registry);
    }
  }

  /** A list becomes one text, with commas. */
  private static void join(ObjectNode node, String key) {
    if (node.get(key) instanceof ArrayNode items) {
      node.put(
          key,
          StreamSupport.stream(items.spliterator(), false)
              .map(JsonNode::asText)
              .collect(Collectors.joining(",")));
    }
  }

  private static void client(ObjectNode kafka) {
    join(kafka, "brokers");
    if (kafka.get("delivery") instanceof TextNode delivery) {
      kafka.put("delivery", delivery.textValue().replace('_', '-'));
    }
    flatten(kafka);
  }

  private static void flatten(ObjectNode client) {
    if (client.get("properties") instanceof ObjectNode properties) {
      ObjectNode flat = JsonNodeFactory.instance.objectNode();
      flatten("", properties, flat);
      client.set("properties", flat);
    }
  }

  private static void flatten(String prefix, ObjectNode node, ObjectNode into) {
    node.properties()
        .forEach(
            member -> {
              String key = prefix + member.getKey();
              if (member.getValue() instanceof ObjectNode inside) {
                flatten(key + ".", inside, into);
              } else {
                into.set(key, member.getValue());
              }
            });
  }
}
