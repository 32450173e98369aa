package io.fastweights.kernels.weights;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.model.TensorMismatch;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Slow weights in a safetensors file: tensors of F32, F16, BF16 or F64 by the names of
 * dpfp-pytorch's {@code state_dict} (see {@link Checkpoint} for names that wrappers change),
 * hyper-parameters in {@code __metadata__}. A PyTorch user writes one with
 *
 * <pre>{@code
 * from safetensors.torch import save_file
 *
 * model = DPFPformer(128, 6, dim_head=64, heads=8, nu=1, pre_norm=True)
 * save_file(
 *     {name: t.float().contiguous() for name, t in model.state_dict().items()},
 *     "weights.safetensors",
 *     metadata={"nu": "1", "pre_norm": "True", "beta": "identity", "memory": "shared"})
 * }</pre>
 *
 * The keys, each a JSON string:
 *
 * <ul>
 *   <li>{@code architecture} (cell, attention, transformer), {@code vocab}, {@code dim}, {@code
 *       depth}, {@code heads}, {@code dim_head}, {@code ff_mult}: what is missing is read off the
 *       tensors; what is there must agree with them
 *   <li>{@code nu}: needed, but for the cell and {@code elu_plus_one}
 *   <li>{@code pre_norm} (True, False), {@code beta} (sigmoid, identity), {@code memory}
 *       (per_layer, shared), {@code rule} (delta, sum), {@code feature_map} (dpfp, elu_plus_one),
 *       {@code normalisation} (sum, unit): the first is the default
 *   <li>{@code schema}: the JSON of {@link SchemaJson}, for a model over events of a schema; its
 *       embeddings are then tensors of the file too
 *   <li>{@code crc32c}: a checksum of metadata and tensors, in files that this class wrote; to be
 *       left out where something of them was changed on purpose
 * </ul>
 *
 * All others pass through. {@code embedding.weight} makes the model one over tokens, {@code head.*}
 * gives it a read-out.
 *
 * @param weights the parameters and their configuration
 * @param metadata the metadata beside configuration and schema, in the order of the file
 */
public record WeightsFile(SlowWeights weights, Map<String, String> metadata) {
  private static final String SCHEMA = "schema";
  private static final String HEAD = "head.weight";

  /**
   * @throws IllegalArgumentException if the metadata has a key that the weights write
   */
  public WeightsFile {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    for (String key : metadata.keySet()) {
      if (belongsToTheWeights(key)) {
        throw new IllegalArgumentException(
            "metadata " + key + " is written from the weights, leave it out");
      }
    }
  }

  /**
   * Reads the weights alone; see {@link #load(Path)}.
   *
   * @throws WeightsFormatException as {@link #load(Path)}
   */
  public static SlowWeights read(Path file) throws IOException {
    return load(file).weights();
  }

  /**
   * Reads the weights alone; see {@link #load(InputStream, String)}.
   *
   * @throws WeightsFormatException as {@link #load(Path)}
   */
  public static SlowWeights read(InputStream in, String name) throws IOException {
    return load(in, name).weights();
  }

  /**
   * Reads a file, or all parts of one where the name ends in {@code .index.json}. Everything but
   * the numbers is checked before a tensor is read.
   *
   * @throws WeightsFormatException if it is no sound safetensors file, if its tensors are not the
   *     model's in name, dtype and shape, if a weight is NaN or infinite, if a hyper-parameter is
   *     missing or not one of those allowed, if its checksum differs
   * @throws IOException if it cannot be read
   */
  public static WeightsFile load(Path file) throws IOException {
    if (ShardIndex.isNamed(file.toString())) {
      return loadParts(
          Files.readAllBytes(file),
          file.toString(),
          part -> Safetensors.open(file.resolveSibling(part)));
    }
    try (Safetensors tensors = Safetensors.open(file)) {
      return load(tensors);
    }
  }

  /**
   * Reads a stream to its end; it is not closed.
   *
   * @param name its name in messages
   * @throws WeightsFormatException as {@link #load(Path)}
   */
  public static WeightsFile load(InputStream in, String name) throws IOException {
    return load(in.readAllBytes(), name);
  }

  /**
   * Reads bytes in memory.
   *
   * @param name their name in messages
   * @throws WeightsFormatException as {@link #load(Path)}
   */
  public static WeightsFile load(byte[] bytes, String name) throws IOException {
    try (Safetensors tensors = Safetensors.of(bytes, name)) {
      return load(tensors);
    }
  }

  /** Reads a file that lies beside another. */
  @FunctionalInterface
  public interface Siblings {
    /**
     * @param name of the file, without its folder
     */
    byte[] read(String name) throws IOException;
  }

  /**
   * Reads bytes in memory, which may be the index of a file in parts.
   *
   * @param name the file's name or path; that of an index ends in {@code .index.json}
   * @param siblings reads the parts
   * @throws WeightsFormatException as {@link #load(Path)}
   */
  public static WeightsFile load(byte[] bytes, String name, Siblings siblings) throws IOException {
    return ShardIndex.isNamed(name)
        ? loadParts(bytes, name, part -> Safetensors.of(siblings.read(part), part))
        : load(bytes, name);
  }

  private interface Opener {
    Safetensors open(String part) throws IOException;
  }

  private static WeightsFile loadParts(byte[] json, String name, Opener opener) throws IOException {
    ShardIndex index = ShardIndex.parse(json, name);
    List<Safetensors> parts = new ArrayList<>();
    try {
      for (String part : index.parts()) {
        parts.add(opener.open(part));
      }
      return load(new Checkpoint(name, parts, index.metadata()));
    } finally {
      for (Safetensors part : parts) {
        part.close();
      }
    }
  }

  private static WeightsFile load(Safetensors file) throws IOException {
    return load(new Checkpoint(file.name(), List.of(file), Map.of()));
  }

  private static WeightsFile load(Checkpoint file) throws IOException {
    Map<String, int[]> shapes = file.shapes();
    ModelConfig config = HyperParameters.read(file.name(), file.metadata(), shapes);
    Schema schema = schema(file);
    checkHead(file, config, schema);
    Map<String, int[]> expected = expectedShapes(file, config, schema);
    Optional<TensorMismatch> mismatch = TensorMismatch.find(expected, shapes);
    if (mismatch.isPresent()) {
      TensorMismatch found = mismatch.get();
      throw new WeightsFormatException(found.kind(), file.name(), found.tensor(), found.message());
    }
    for (String name : expected.keySet()) {
      file.checkFloating(name);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : expected.keySet()) {
      Tensor tensor = file.floats(name);
      checkFinite(file.name(), name, tensor);
      tensors.put(name, tensor);
    }
    checkSum(file, tensors);
    Map<String, String> others = new LinkedHashMap<>(file.metadata());
    others.keySet().removeIf(WeightsFile::belongsToTheWeights);
    return new WeightsFile(new SlowWeights(config, schema, tensors), others);
  }

  private static void checkHead(Checkpoint file, ModelConfig config, Schema schema)
      throws WeightsFormatException {
    if (schema != null && schema.target() != null && config.outputs() == 0) {
      throw new WeightsFormatException(
          Kind.MISSING_TENSOR,
          file.name(),
          HEAD,
          String.format(
              Locale.ROOT,
              "tensor %s [%d, %d] is missing: it reads out the schema's target %s",
              HEAD,
              schema.target().dim(),
              config.dim(),
              schema.target().name()));
    }
  }

  private static void checkSum(Checkpoint file, Map<String, Tensor> tensors)
      throws WeightsFormatException {
    String stated = file.metadata().get(WeightsChecksum.KEY);
    String found = stated == null ? null : WeightsChecksum.of(file.metadata(), tensors);
    if (stated != null && !stated.equals(found)) {
      throw new WeightsFormatException(
          Kind.WRONG_CHECKSUM,
          file.name(),
          null,
          String.format(
              Locale.ROOT,
              "the checksum is %s, must be %s: the file was damaged, or changed without leaving %s out"
                  + " of its metadata",
              found,
              stated,
              WeightsChecksum.KEY));
    }
  }

  private static Schema schema(Checkpoint file) throws WeightsFormatException {
    String json = file.metadata().get(SCHEMA);
    try {
      return json == null ? null : SchemaJson.parse(json);
    } catch (IllegalArgumentException e) {
      throw badSchema(file, e);
    }
  }

  private static Map<String, int[]> expectedShapes(
      Checkpoint file, ModelConfig config, Schema schema) throws WeightsFormatException {
    try {
      return SlowWeights.expectedShapes(config, schema);
    } catch (IllegalArgumentException e) {
      throw badSchema(file, e);
    }
  }

  private static WeightsFormatException badSchema(Checkpoint file, IllegalArgumentException e) {
    return new WeightsFormatException(
        Kind.BAD_METADATA, file.name(), null, "metadata " + SCHEMA + ": " + e.getMessage());
  }

  private static boolean belongsToTheWeights(String key) {
    return key.equals(SCHEMA)
        || key.equals(WeightsChecksum.KEY)
        || HyperParameters.KEYS.contains(key);
  }

  /**
   * Writes weights with no other metadata; see {@link #write(Path)}.
   *
   * @throws WeightsFormatException as {@link #write(Path)}
   */
  public static void write(SlowWeights weights, Path file) throws IOException {
    new WeightsFile(weights, Map.of()).write(file);
  }

  /**
   * Writes the file, or replaces it at once: a reader never sees a part. The same weights and
   * metadata always give the same bytes.
   *
   * @throws WeightsFormatException if a weight is NaN or infinite, or the header would be beyond
   *     the limits of {@link Safetensors}; nothing is written then
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    for (Map.Entry<String, Tensor> entry : weights.tensors().entrySet()) {
      checkFinite(file.toString(), entry.getKey(), entry.getValue());
    }
    Map<String, String> texts = HyperParameters.write(weights.config());
    if (weights.schema() != null) {
      texts.put(SCHEMA, SchemaJson.write(weights.schema()));
    }
    texts.putAll(new TreeMap<>(metadata));
    texts.put(WeightsChecksum.KEY, WeightsChecksum.of(texts, weights.tensors()));
    SafetensorsWriter.write(file, texts, weights.tensors());
  }

  private static void checkFinite(String file, String name, Tensor tensor)
      throws WeightsFormatException {
    float[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new WeightsFormatException(
            Kind.NOT_FINITE,
            file,
            name,
            String.format(
                Locale.ROOT,
                "tensor %s is %s at %s, must be finite",
                name,
                values[i],
                Arrays.toString(index(tensor.shape(), i))));
      }
    }
  }

  /** The indices of the value at a row-major offset. */
  private static int[] index(int[] shape, int offset) {
    int[] index = new int[shape.length];
    for (int d = shape.length - 1; d >= 0; d--) {
      index[d] = offset % shape[d];
      offset /= shape[d];
    }
    return index;
  }
}
