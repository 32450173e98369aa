package io.fastweights.kernels.weights;

import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tensors of one safetensors file, or of all parts of one, by the names of the model. Names
 * lose what wrappers of PyTorch put before them: {@code module.} (DataParallel), {@code _orig_mod.}
 * (torch.compile), {@code model.} (a trainer's attribute). A tensor that {@code
 * safetensors.torch.save_model} left out because it is another's storage is named in the metadata
 * beside the name of the other.
 *
 * <p>Not thread-safe.
 */
final class Checkpoint {
  private static final String COMPILED = "_orig_mod.";
  private static final List<String> WRAPPERS = List.of("module.", "model.", COMPILED);

  private final String name;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<Safetensors.Entry, Tensor> read = new HashMap<>();

  private record Place(Safetensors file, Safetensors.Entry entry) {}

  /**
   * @param name name of the whole in messages
   * @param metadata texts beside those of the files
   * @throws WeightsFormatException if two tensors have one name, or two files say different things
   */
  Checkpoint(String name, List<Safetensors> files, Map<String, String> metadata)
      throws WeightsFormatException {
    this.name = name;
    this.metadata.putAll(metadata);
    for (Safetensors file : files) {
      for (Map.Entry<String, String> text : file.metadata().entrySet()) {
        String other = this.metadata.put(text.getKey(), text.getValue());
        if (other != null && !other.equals(text.getValue())) {
          throw new WeightsFormatException(
              Kind.BAD_METADATA,
              name,
              null,
              String.format(
                  Locale.ROOT,
                  "metadata %s is %s in one part and %s in another",
                  text.getKey(),
                  other,
                  text.getValue()));
        }
      }
      for (Safetensors.Entry entry : file.entries().values()) {
        add(new Place(file, entry));
      }
    }
    tie();
  }

  private void add(Place place) throws WeightsFormatException {
    String tensor = bare(place.entry().name());
    Place other = places.put(tensor, place);
    if (other != null) {
      throw new WeightsFormatException(
          Kind.DUPLICATE_TENSOR,
          name,
          tensor,
          String.format(
              Locale.ROOT,
              "%s and %s are both the model's tensor %s",
              other.entry().name(),
              place.entry().name(),
              tensor));
    }
  }

  private static String bare(String tensor) {
    int from = 0;
    for (int next = 0; next >= 0; ) {
      from = next;
      next = -1;
      for (String wrapper : WRAPPERS) {
        if (tensor.startsWith(wrapper, from)) {
          next = from + wrapper.length();
        }
      }
    }
    return tensor.substring(from).replace("." + COMPILED, ".");
  }

  /** Maps names that the metadata ties to a tensor to that tensor. */
  private void tie() {
    Map<String, Place> tied = new LinkedHashMap<>();
    metadata.forEach(
        (key, value) -> {
          Place place = places.get(bare(value));
          if (place != null && isParameter(key) && !places.containsKey(bare(key))) {
            tied.put(key, place);
          }
        });
    metadata.keySet().removeAll(tied.keySet());
    tied.forEach((key, place) -> places.put(bare(key), place));
  }

  private static boolean isParameter(String name) {
    return name.endsWith(".weight") || name.endsWith(".bias");
  }

  String name() {
    return name;
  }

  /** The texts of all files, without those that tie names. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** Shapes by the model's names, in the order of the files. */
  Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    places.forEach((tensor, place) -> shapes.put(tensor, place.entry().shape()));
    return shapes;
  }

  /**
   * @throws WeightsFormatException if a tensor has numbers that are not floating-point
   */
  void checkFloating(String tensor) throws WeightsFormatException {
    Place place = places.get(tensor);
    place.file().floating(place.entry().name());
  }

  /** The values of a tensor; tied names share them. */
  Tensor floats(String tensor) throws IOException {
    Place place = places.get(tensor);
    Tensor values = read.get(place.entry());
    if (values == null) {
      values = place.file().floats(place.entry().name());
      read.put(place.entry(), values);
    }
    return values;
  }
}
