package io.fastweights.kernels.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The index of a safetensors file in parts, as Hugging Face's libraries write it:
 *
 * <pre>{@code
 * {"metadata": {"total_size": 96, ...}, "weight_map": {"head.bias": "model-00001-of-00002.safetensors", ...}}
 * }</pre>
 *
 * @param metadata the texts of its metadata
 * @param parts names of the parts, in alphabetical order; each lies beside the index
 */
record ShardIndex(Map<String, String> metadata, Set<String> parts) {
  /** The end of an index's name. */
  static final String SUFFIX = ".index.json";

  private static final int MOST_PARTS = 1000;
  private static final int MOST_BYTES = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  static boolean isNamed(String file) {
    return file.endsWith(SUFFIX);
  }

  /**
   * @param json the index's bytes
   * @param file its name, for messages
   */
  static ShardIndex parse(byte[] json, String file) throws WeightsFormatException {
    if (json.length > MOST_BYTES) {
      throw malformed(
          file,
          String.format(
              Locale.ROOT,
              "the index has %d bytes, must have at most %d",
              json.length,
              MOST_BYTES));
    }
    JsonNode root = tree(json, file);
    Map<String, String> metadata = new LinkedHashMap<>();
    root.path("metadata")
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isTextual()) {
                metadata.put(entry.getKey(), entry.getValue().textValue());
              }
            });
    Set<String> parts = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : root.path("weight_map").properties()) {
      String part = entry.getValue().isTextual() ? entry.getValue().textValue() : "";
      if (!part.matches("[^/\\\\\\p{Cntrl}]+") || part.startsWith(".")) {
        throw malformed(
            file,
            String.format(
                Locale.ROOT,
                "weight_map of %s is %s, must be the name of a file beside the index",
                entry.getKey(),
                entry.getValue()));
      }
      parts.add(part);
    }
    if (parts.isEmpty() || parts.size() > MOST_PARTS) {
      throw malformed(
          file,
          String.format(
              Locale.ROOT,
              "weight_map names %d files, must name from 1 to %d",
              parts.size(),
              MOST_PARTS));
    }
    return new ShardIndex(metadata, parts);
  }

  private static JsonNode tree(byte[] json, String file) throws WeightsFormatException {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException e) {
      throw malformed(file, "the index is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw malformed(file, "the index is not JSON: " + e.getMessage());
    }
    throw malformed(file, "the index is no JSON object");
  }

  private static WeightsFormatException malformed(String file, String problem) {
    return new WeightsFormatException(Kind.HEADER_MALFORMED, file, null, problem);
  }
}
