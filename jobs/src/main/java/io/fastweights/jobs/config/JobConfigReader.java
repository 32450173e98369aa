package io.fastweights.jobs.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fastweights.kernels.schema.Nearest;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Creates a job from a YAML file and from values that override the file's. */
public final class JobConfigReader {
  /** As deep as SnakeYAML's own reader of trees goes. */
  private static final int MOST_NESTED = 50;

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_NESTED).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enumNamingStrategy(EnumNamingStrategies.KEBAB_CASE)
          .build();

  private JobConfigReader() {}

  /**
   * @param file null for none
   * @param given values by the path of their keys (source.kafka.topic); they win over the file's. A
   *     source or sink of one kind replaces one of the other.
   * @throws IllegalArgumentException if a key is unknown or a value is wrong; names the file and
   *     the key
   */
  public static JobConfig read(Path file, Map<String, Object> given) throws IOException {
    if (file == null) {
      return job("", YAML.createObjectNode(), given);
    }
    try {
      return read(file, Files.readString(file), given);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8");
    }
  }

  /** As {@link #read(Path, Map)}, from the content of the file. */
  static JobConfig read(Path file, String text, Map<String, Object> given) {
    return read(file, text, given, System::getenv);
  }

  /**
   * The same with another environment.
   *
   * @param environment the value of a variable; null if it is not set
   */
  static JobConfig read(
      Path file, String text, Map<String, Object> given, UnaryOperator<String> environment) {
    return job(file + ": ", tree(file, text, environment), given);
  }

  private static JobConfig job(String name, ObjectNode tree, Map<String, Object> given) {
    given.forEach((path, value) -> put(tree, path.split("\\."), value));
    try {
      JobConfig config = YAML.treeToValue(tree, JobConfig.class);
      config.check();
      return config;
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(name + reason(e));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalArgumentException(name + e.getMessage());
    }
  }

  private static ObjectNode tree(Path file, String text, UnaryOperator<String> environment) {
    JsonNode tree;
    try {
      tree = YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + problem(e));
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new IllegalArgumentException(file + " holds no keys");
    }
    new ConfigTree(file, environment).normalise(object);
    return object;
  }

  /** Position and problem, without the surrounding lines. */
  private static String problem(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      return String.format(
          Locale.ROOT,
          ", line %d, column %d: %s",
          mark.getLine() + 1,
          mark.getColumn() + 1,
          marked.getProblem());
    }
    JsonLocation at = e.getLocation();
    return (at == null ? "" : ", line " + at.getLineNr()) + ": " + e.getOriginalMessage();
  }

  private static void put(ObjectNode tree, String[] path, Object value) {
    ObjectNode at = tree;
    for (int i = 0; i < path.length - 1; i++) {
      boolean kind = i == 1 && (path[0].equals("source") || path[0].equals("sink"));
      if (kind) {
        at.retain(path[1]);
      }
      at = at.get(path[i]) instanceof ObjectNode inside ? inside : at.putObject(path[i]);
    }
    if (path.length == 2 && path[0].equals("source") && path[1].equals("files")) {
      at.remove("kafka");
    }
    String last = path[path.length - 1];
    if (value instanceof Collection<?> items) {
      ArrayNode array = at.putArray(last);
      items.forEach(item -> array.add(item.toString()));
    } else {
      at.put(last, value.toString());
    }
  }

  private static String reason(JsonMappingException failure) {
    String at =
        failure.getPath().stream()
            .map(reference -> reference.getFieldName())
            .collect(Collectors.joining("."));
    if (failure instanceof UnrecognizedPropertyException unknown) {
      List<String> known = unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
      return String.format(
          Locale.ROOT,
          "unknown key '%s'%s; known here: %s",
          at,
          Nearest.hint(unknown.getPropertyName(), known),
          String.join(", ", known));
    }
    if (failure.getCause() instanceof IllegalArgumentException wrong) {
      return wrong.getMessage();
    }
    if (failure instanceof InvalidFormatException wrong && "".equals(wrong.getValue())) {
      return at + " holds nothing" + choices(wrong.getTargetType());
    }
    if (failure instanceof InvalidFormatException wrong) {
      return String.format(
          Locale.ROOT, "%s cannot be '%s'%s", at, wrong.getValue(), choices(wrong.getTargetType()));
    }
    if (failure instanceof MismatchedInputException wrong && wrong.getTargetType() == Path.class) {
      return at + " must be the path of a file";
    }
    return at + ": " + failure.getOriginalMessage();
  }

  private static String choices(Class<?> type) {
    return type.isEnum()
        ? Arrays.stream(type.getEnumConstants())
            .map(choice -> ((Enum<?>) choice).name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", ", ", must be one of ", ""))
        : "";
  }
}
