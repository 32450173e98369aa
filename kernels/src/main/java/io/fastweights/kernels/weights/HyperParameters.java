package io.fastweights.kernels.weights;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A {@link ModelConfig} as the texts of {@code __metadata__}. Missing values are derived from the
 * tensors' names and shapes, or are the paper's defaults. The capacity factor nu is required under
 * DPFP, except for the cell: the paper uses 1, 2 and 3.
 */
final class HyperParameters {
  /** The rules of models with slow weights. */
  private static final UpdateRule[] TRAINED_RULES = {
    UpdateRule.DELTA, UpdateRule.SUM, UpdateRule.GATED_DELTA
  };

  private static final String ARCHITECTURE = "architecture";
  private static final String VOCABULARY = "vocab";
  private static final String DIM = "dim";
  private static final String DEPTH = "depth";
  private static final String HEADS = "heads";
  private static final String DIM_HEAD = "dim_head";
  private static final String NU = "nu";
  private static final String FF_MULT = "ff_mult";
  private static final String PRE_NORM = "pre_norm";
  private static final String FINAL_NORM = "final_norm";
  private static final String BETA = "beta";
  private static final String MEMORY = "memory";
  private static final String RULE = "rule";
  private static final String FEATURE_MAP = "feature_map";
  private static final String NORMALISATION = "normalisation";

  /** The metadata keys that belong to the configuration; all others are the user's. */
  static final Set<String> KEYS =
      Set.of(
          ARCHITECTURE,
          VOCABULARY,
          DIM,
          DEPTH,
          HEADS,
          DIM_HEAD,
          NU,
          FF_MULT,
          PRE_NORM,
          FINAL_NORM,
          BETA,
          MEMORY,
          RULE,
          FEATURE_MAP,
          NORMALISATION);

  private static final int DEFAULT_FF_MULT = 4;

  private final String file;
  private final Map<String, String> metadata;
  private final Map<String, int[]> shapes;

  private HyperParameters(String file, Map<String, String> metadata, Map<String, int[]> shapes) {
    this.file = file;
    this.metadata = metadata;
    this.shapes = shapes;
  }

  /**
   * The configuration of a file.
   *
   * @param file the file's name, for messages
   * @param shapes the shapes of all its tensors
   */
  static ModelConfig read(String file, Map<String, String> metadata, Map<String, int[]> shapes)
      throws WeightsFormatException {
    return new HyperParameters(file, metadata, shapes).config();
  }

  /** The texts of a configuration; {@link #read} gives it back. */
  static Map<String, String> write(ModelConfig c) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(ARCHITECTURE, text(c.architecture()));
    if (c.vocabulary() > 0) {
      texts.put(VOCABULARY, Integer.toString(c.vocabulary()));
    }
    texts.put(DIM, Integer.toString(c.dim()));
    texts.put(DEPTH, Integer.toString(c.depth()));
    texts.put(HEADS, Integer.toString(c.heads()));
    texts.put(DIM_HEAD, Integer.toString(c.dimHead()));
    texts.put(NU, Integer.toString(c.nu()));
    texts.put(FF_MULT, Integer.toString(c.ffMult()));
    texts.put(PRE_NORM, Boolean.toString(c.preNorm()));
    if (c.finalNorm()) {
      // Absent where there is none: the bytes of such a file are those of before the choice.
      texts.put(FINAL_NORM, Boolean.toString(true));
    }
    texts.put(BETA, text(c.betaGate()));
    texts.put(MEMORY, text(c.memoryScope()));
    texts.put(RULE, text(c.updateRule()));
    texts.put(FEATURE_MAP, text(c.featureMap()));
    texts.put(NORMALISATION, text(c.normalisation()));
    return texts;
  }

  private ModelConfig config() throws WeightsFormatException {
    Architecture architecture =
        metadata.containsKey(ARCHITECTURE)
            ? choice(ARCHITECTURE, Architecture.values(), null)
            : architectureByName();
    boolean cell = architecture == Architecture.CELL;
    boolean transformer = architecture == Architecture.TRANSFORMER;
    String at = transformer ? "layers.0.0.fn." : "";
    String queries = at + (cell ? "to_q.weight" : "to_qkv.weight");
    FeatureMap map = choice(FEATURE_MAP, FeatureMap.values(), FeatureMap.DPFP);

    int dim = has(DIM) ? number(DIM, 1) : size(queries, 1);
    int heads = has(HEADS) ? number(HEADS, 1) : cell ? 1 : size(at + "to_beta.weight", 0);
    int dimHead = has(DIM_HEAD) ? number(DIM_HEAD, 1) : cell ? dim : share(queries, 3L * heads);
    int depth = has(DEPTH) ? number(DEPTH, 1) : transformer ? layers() : 1;
    int ffMult = DEFAULT_FF_MULT;
    if (has(FF_MULT)) {
      ffMult = number(FF_MULT, 1);
    } else if (transformer) {
      ffMult = share("layers.0.1.fn.net.0.weight", dim);
    }
    int vocabulary = rows("embedding.weight");
    if (has(VOCABULARY)) {
      vocabulary = number(VOCABULARY, 0);
    }
    if (transformer) {
      checkLayers(depth);
    }
    try {
      ModelConfig config =
          new ModelConfig(
              architecture,
              dim,
              depth,
              heads,
              dimHead,
              nu(map, cell, dim),
              ffMult,
              truth(PRE_NORM, true),
              truth(FINAL_NORM, transformer && shapes.containsKey("norm.weight")),
              choice(RULE, TRAINED_RULES, UpdateRule.DELTA),
              map,
              choice(NORMALISATION, Normalisation.values(), Normalisation.SUM),
              choice(BETA, BetaGate.values(), BetaGate.SIGMOID),
              choice(MEMORY, MemoryScope.values(), MemoryScope.PER_LAYER),
              vocabulary,
              rows("head.weight"));
      config.memory();
      return config;
    } catch (IllegalArgumentException e) {
      throw bad(e.getMessage());
    }
  }

  private Architecture architectureByName() throws WeightsFormatException {
    if (shapes.containsKey("to_q.weight")) {
      return Architecture.CELL;
    }
    if (shapes.containsKey("to_qkv.weight")) {
      return Architecture.ATTENTION;
    }
    if (shapes.keySet().stream().anyMatch(name -> name.startsWith("layers.0."))) {
      return Architecture.TRANSFORMER;
    }
    throw new WeightsFormatException(
        Kind.MISSING_METADATA,
        file,
        null,
        "no metadata architecture, and no tensor to_q.weight (cell), to_qkv.weight (attention) or"
            + " layers.0.0.fn.to_qkv.weight (transformer)");
  }

  private int nu(FeatureMap map, boolean cell, int dim) throws WeightsFormatException {
    if (has(NU)) {
      return number(NU, 1);
    }
    if (map != FeatureMap.DPFP) {
      return 1;
    }
    if (cell) {
      return share("to_v.weight", 2L * dim);
    }
    throw new WeightsFormatException(
        Kind.MISSING_METADATA,
        file,
        null,
        "metadata nu is missing: the capacity factor of DPFP, a whole number of at least 1, which"
            + " no tensor's shape tells");
  }

  /** Layers in the file, at least 1. */
  private int layers() {
    int layers = 0;
    while (shapes.containsKey(attention(layers))) {
      layers++;
    }
    return Math.max(layers, 1);
  }

  /** Refuses a depth beyond the file's before anything is made for each layer. */
  private void checkLayers(int depth) throws WeightsFormatException {
    int layers = layers();
    if (depth > layers) {
      throw new WeightsFormatException(
          Kind.MISSING_TENSOR,
          file,
          attention(layers),
          String.format(
              Locale.ROOT, "tensor %s is missing, metadata depth is %d", attention(layers), depth));
    }
  }

  private static String attention(int layer) {
    return "layers." + layer + ".0.fn.to_qkv.weight";
  }

  private boolean has(String key) {
    return metadata.containsKey(key);
  }

  private int number(String key, int least) throws WeightsFormatException {
    String text = metadata.get(key);
    if (text.matches("[0-9]{1,10}")) {
      long value = Long.parseLong(text);
      if (value >= least && value <= Integer.MAX_VALUE) {
        return (int) value;
      }
    }
    throw bad(
        String.format(
            Locale.ROOT,
            "metadata %s is %s, must be a whole number from %d to %d",
            key,
            text,
            least,
            Integer.MAX_VALUE));
  }

  /** True or False as Python prints them, or true or false. */
  private boolean truth(String key, boolean otherwise) throws WeightsFormatException {
    return switch (metadata.getOrDefault(key, Boolean.toString(otherwise))) {
      case "True", "true" -> true;
      case "False", "false" -> false;
      default ->
          throw bad(
              String.format(
                  Locale.ROOT,
                  "metadata %s is %s, must be one of [True, False, true, false]",
                  key,
                  metadata.get(key)));
    };
  }

  private <E extends Enum<E>> E choice(String key, E[] values, E otherwise)
      throws WeightsFormatException {
    String text = metadata.get(key);
    if (text == null) {
      return otherwise;
    }
    List<String> allowed = new ArrayList<>();
    for (E value : values) {
      if (text(value).equals(text)) {
        return value;
      }
      allowed.add(text(value));
    }
    throw bad(
        String.format(Locale.ROOT, "metadata %s is %s, must be one of %s", key, text, allowed));
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Rows of an optional matrix; 0 if the model has none. */
  private int rows(String tensor) throws WeightsFormatException {
    return shapes.containsKey(tensor) ? size(tensor, 0) : 0;
  }

  /** A dimension of a matrix that the model must have. */
  private int size(String tensor, int dimension) throws WeightsFormatException {
    int[] shape = shapes.get(tensor);
    if (shape == null) {
      throw new WeightsFormatException(
          Kind.MISSING_TENSOR, file, tensor, "tensor " + tensor + " is missing");
    }
    if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
      throw new WeightsFormatException(
          Kind.WRONG_SHAPE,
          file,
          tensor,
          String.format(
              Locale.ROOT,
              "tensor %s has shape %s, must have two dimensions of at least 1",
              tensor,
              Arrays.toString(shape)));
    }
    return shape[dimension];
  }

  /** The rows of a matrix, divided among this many. */
  private int share(String tensor, long among) throws WeightsFormatException {
    int rows = size(tensor, 0);
    if (rows % among != 0) {
      throw new WeightsFormatException(
          Kind.WRONG_SHAPE,
          file,
          tensor,
          String.format(
              Locale.ROOT,
              "tensor %s has shape %s, must have a multiple of %d rows",
              tensor,
              Arrays.toString(shapes.get(tensor)),
              among));
    }
    return (int) (rows / among);
  }

  private WeightsFormatException bad(String problem) {
    return new WeightsFormatException(Kind.BAD_METADATA, file, null, problem);
  }
}
