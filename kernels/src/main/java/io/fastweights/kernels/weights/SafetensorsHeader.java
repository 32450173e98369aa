package io.fastweights.kernels.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import io.fastweights.kernels.weights.Safetensors.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Parses and checks the JSON header of a safetensors file:
 *
 * <pre>
 *   {"__metadata__": {"key": "text", ...},
 *    "name": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, ...}
 * </pre>
 *
 * The tensors must cover the data without overlap or gap. Repeated members are refused here and not
 * by the JSON parser, so that the error can name the tensor.
 */
final class SafetensorsHeader {
  static final String METADATA = "__metadata__";
  private static final int MOST_DIMENSIONS = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(3)
                  .maxNumberLength(20)
                  .maxStringLength(Safetensors.MAX_HEADER)
                  .maxNameLength(Safetensors.MAX_HEADER)
                  .build())
          .build();

  private final String file;
  private final JsonParser parser;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final long[] numbers = new long[MOST_DIMENSIONS];
  private Map<String, String> metadata;

  private SafetensorsHeader(String file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * @param json the header's bytes
   * @param dataBytes bytes of the file after the header
   * @param file the file's name, for messages
   */
  static SafetensorsHeader parse(byte[] json, long dataBytes, String file)
      throws WeightsFormatException {
    try (JsonParser parser = JSON.createParser(json)) {
      SafetensorsHeader header = new SafetensorsHeader(file, parser);
      header.readRoot();
      header.checkOffsets(dataBytes);
      return header;
    } catch (WeightsFormatException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new WeightsFormatException(
          Kind.HEADER_MALFORMED, file, null, "the header is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      // The parser reads an array: what it reports is always about the bytes.
      throw new WeightsFormatException(
          Kind.HEADER_MALFORMED, file, null, "the header is not JSON: " + e.getMessage());
    }
  }

  /** The text members of {@code __metadata__}, in the order of the file. */
  Map<String, String> metadata() {
    return metadata == null ? Map.of() : Collections.unmodifiableMap(metadata);
  }

  /** The tensors, in the order of the header. */
  Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  private void readRoot() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw malformed(null, "the header is no JSON object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(name, "member " + name + " is no JSON object");
      }
      if (name.equals(METADATA)) {
        readMetadata();
      } else if (entries.containsKey(name)) {
        throw error(Kind.DUPLICATE_TENSOR, name, "tensor " + name + " stands twice in the header");
      } else if (entries.size() == Safetensors.MAX_TENSORS) {
        throw error(
            Kind.TOO_MANY_TENSORS, null, "more than " + Safetensors.MAX_TENSORS + " tensors");
      } else {
        entries.put(name, readEntry(name));
      }
    }
    if (parser.nextToken() != null) {
      throw malformed(null, "the header goes on after its JSON object");
    }
  }

  private void readMetadata() throws IOException {
    if (metadata != null) {
      throw malformed(null, METADATA + " stands twice in the header");
    }
    metadata = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw error(Kind.BAD_METADATA, null, "metadata " + key + " is no JSON string");
      }
      if (metadata.put(key, parser.getText()) != null) {
        throw error(Kind.BAD_METADATA, null, "metadata " + key + " stands twice in the header");
      }
    }
  }

  private Entry readEntry(String name) throws IOException {
    Dtype dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String member = parser.currentName();
      parser.nextToken();
      boolean repeated =
          switch (member) {
            case "dtype" -> dtype != null;
            case "shape" -> shape != null;
            case "data_offsets" -> offsets != null;
            default ->
                throw malformed(
                    name, String.format(Locale.ROOT, "tensor %s has a member %s", name, member));
          };
      if (repeated) {
        throw malformed(
            name, String.format(Locale.ROOT, "tensor %s has two members %s", name, member));
      }
      switch (member) {
        case "dtype" -> dtype = readDtype(name);
        case "shape" -> shape = readNumbers(name, member, Integer.MAX_VALUE);
        default -> offsets = readNumbers(name, member, Long.MAX_VALUE);
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
      throw malformed(
          name, "tensor " + name + " needs a dtype, a shape and data_offsets [begin, end]");
    }
    Entry entry =
        new Entry(
            name,
            dtype,
            Arrays.stream(shape).mapToInt(Math::toIntExact).toArray(),
            offsets[0],
            offsets[1]);
    checkLength(entry);
    return entry;
  }

  private Dtype readDtype(String name) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(name, "the dtype of tensor " + name + " is no JSON string");
    }
    Dtype dtype = Dtype.named(parser.getText());
    if (dtype == null) {
      throw error(
          Kind.UNKNOWN_DTYPE,
          name,
          String.format(
              Locale.ROOT,
              "tensor %s has dtype %s, must have one of %s",
              name,
              parser.getText(),
              Arrays.toString(Dtype.values())));
    }
    return dtype;
  }

  private long[] readNumbers(String name, String member, long largest) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(
          name, String.format(Locale.ROOT, "%s of tensor %s is no JSON array", member, name));
    }
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
      boolean fits = whole && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      if (!fits || parser.getLongValue() < 0 || parser.getLongValue() > largest) {
        throw malformed(
            name,
            String.format(
                Locale.ROOT,
                "%s of tensor %s holds %s, must hold whole numbers from 0 to %d",
                member,
                name,
                parser.getText(),
                largest));
      }
      if (count == MOST_DIMENSIONS) {
        throw malformed(
            name,
            String.format(
                Locale.ROOT,
                "%s of tensor %s has more than %d elements",
                member,
                name,
                MOST_DIMENSIONS));
      }
      numbers[count++] = parser.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  private void checkLength(Entry entry) throws WeightsFormatException {
    long bytes = entry.end() - entry.begin();
    long bits = bits(entry);
    if (bits % 8 != 0 || bytes != bits / 8) {
      throw error(
          Kind.WRONG_LENGTH,
          entry.name(),
          String.format(
              Locale.ROOT,
              "tensor %s has data_offsets [%d, %d], which is %d bytes; %s %s takes %s bits",
              entry.name(),
              entry.begin(),
              entry.end(),
              bytes,
              entry.dtype(),
              Arrays.toString(entry.shape()),
              bits == Long.MAX_VALUE ? "countless" : bits));
    }
  }

  /** Bits of a tensor; the largest long where a hostile shape goes beyond it. */
  private static long bits(Entry entry) {
    long bits = entry.dtype().bits();
    for (int n : entry.shape()) {
      if (n != 0 && bits > Long.MAX_VALUE / n) {
        return Long.MAX_VALUE;
      }
      bits *= n;
    }
    return bits;
  }

  private void checkOffsets(long dataBytes) throws WeightsFormatException {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    for (Entry entry : sorted) {
      if (entry.end() > dataBytes) {
        throw error(
            Kind.OUTSIDE_FILE,
            entry.name(),
            String.format(
                Locale.ROOT,
                "tensor %s has data_offsets [%d, %d], the file has %d bytes of data",
                entry.name(),
                entry.begin(),
                entry.end(),
                dataBytes));
      }
    }
    long covered = 0;
    for (Entry entry : sorted) {
      if (entry.begin() != covered) {
        Kind kind = entry.begin() < covered ? Kind.OVERLAP : Kind.GAP;
        throw error(
            kind,
            entry.name(),
            String.format(
                Locale.ROOT,
                "tensor %s begins at %d, the tensors before it end at %d",
                entry.name(),
                entry.begin(),
                covered));
      }
      covered = entry.end();
    }
    if (covered != dataBytes) {
      throw error(
          Kind.TRAILING_BYTES,
          null,
          String.format(
              Locale.ROOT,
              "the tensors end at %d, the file has %d bytes of data",
              covered,
              dataBytes));
    }
  }

  private WeightsFormatException malformed(String tensor, String problem) {
    return error(Kind.HEADER_MALFORMED, tensor, problem);
  }

  private WeightsFormatException error(Kind kind, String tensor, String problem) {
    return new WeightsFormatException(kind, file, tensor, problem);
  }
}
