package io.fastweights.jobs.pipeline;

import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Residual;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaDifference;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.SecondStage;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.AllowedPaths;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ReadableConfig;

/**
 * Schema and weights of a job.
 *
 * @param weights of the trained model, or of that of the first of two keys; null for an associative
 *     memory
 * @param second weights of the second key's trained model; null where there is none
 * @param catalogue ids of the items that are ranked for events without candidates of their own;
 *     null for none
 */
public record JobModel(
    Schema schema, SlowWeights weights, SlowWeights second, List<String> catalogue) {
  /** Way to new weights for a job of two keys. */
  public static final String RESTART =
      "stop the job with a savepoint, and start it from there with the new weights";

  private static final String SAFETENSORS = ".safetensors";

  public JobModel {
    if (weights != null && (second != null) != (schema.secondKey() != null)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has %d keys and there are %d trained models",
              schema.secondKey() == null ? 1 : 2,
              second == null ? 1 : 2));
    }
  }

  /** Without a catalogue. */
  public JobModel(Schema schema, SlowWeights weights, SlowWeights second) {
    this(schema, weights, second, null);
  }

  /** A model of events with one key, or of two without training. */
  public JobModel(Schema schema, SlowWeights weights) {
    this(schema, weights, null);
  }

  /**
   * The same with the items of a file, one id a line.
   *
   * @param file null for none
   * @throws IllegalArgumentException if the target is no item, or the file has none
   */
  public JobModel withCatalogue(Path file) throws IOException {
    if (file == null) {
      return this;
    }
    if (!(schema.target() instanceof Target.Item)) {
      throw new IllegalArgumentException(
          "a catalogue is of items, and the schema's target is none: its encoder is not item");
    }
    requireFile(file);
    List<String> items;
    try {
      items = Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8");
    }
    if (items.isEmpty()) {
      throw new IllegalArgumentException(file + " has no items: it must have one id a line");
    }
    return new JobModel(schema, weights, second, items);
  }

  /**
   * @throws IllegalArgumentException if the target is an item and there is nothing to rank
   */
  public void requireCandidates() {
    if (schema.target() instanceof Target.Item
        && catalogue == null
        && schema.format().candidates() == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s is an item, and there is nothing to rank: name the column of each event's"
                  + " candidates as \"candidates\" in the schema, or give the catalogue's ids in a"
                  + " file (--catalogue, or catalogue in a job's file)",
              schema.target().name()));
    }
  }

  /**
   * @param schemaFile null if the weights carry the schema
   * @param weightsFile null for an associative memory
   * @param options of the job, which may say what weights it may read
   * @throws IllegalArgumentException if they do not fit each other, or the weights are not allowed
   */
  public static JobModel read(Path schemaFile, Path weightsFile, ReadableConfig options)
      throws IOException {
    if (weightsFile == null) {
      Schema schema = readSchema(schemaFile);
      if (schema.target() == null) {
        throw new IllegalArgumentException(
            schemaFile + " has no target: without weights there is nothing to learn");
      }
      return new JobModel(schema, null);
    }
    WeightsFile read = readWeights(weightsFile, AllowedPaths.of(options));
    Schema schema = schema(schemaFile, read.weights(), weightsFile.toString());
    return new JobModel(schema, read.weights(), second(schema, weightsFile, read, options));
  }

  /**
   * The model of events with one key.
   *
   * @param schemaFile null if the weights carry the schema
   * @param name of the weights, for messages
   * @throws IllegalArgumentException if they do not fit each other, or the schema has two keys
   */
  public static JobModel of(Path schemaFile, SlowWeights weights, String name) throws IOException {
    Schema schema = schema(schemaFile, weights, name);
    requireOneKey(schema, "new weights of a running job take", RESTART);
    return new JobModel(schema, weights);
  }

  private static Schema schema(Path schemaFile, SlowWeights weights, String name)
      throws IOException {
    if (weights.schema() == null) {
      throw new IllegalArgumentException(
          name + " carries no schema: its model is not one over events of columns");
    }
    Schema schema =
        schemaFile == null
            ? requireColumns(weights.schema(), name + ": ")
            : readSchema(schemaFile).withConstants(weights.schema().constants());
    if (!schema.withoutColumns().equals(weights.schema().withoutColumns())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has other fields or another target than %s was trained with: %s",
              schemaFile,
              name,
              SchemaDifference.between(weights.schema(), schema)));
    }
    return schema;
  }

  /** The file of the second key's weights, beside that of the first key's. */
  public static Path secondFile(Path weightsFile) {
    String name = weightsFile.getFileName().toString();
    boolean ends = name.endsWith(SAFETENSORS);
    String stem = ends ? name.substring(0, name.length() - SAFETENSORS.length()) : name;
    return weightsFile.resolveSibling(stem + "-second" + (ends ? SAFETENSORS : ""));
  }

  private static SlowWeights second(
      Schema schema, Path weightsFile, WeightsFile first, ReadableConfig options)
      throws IOException {
    if (schema.secondKey() == null) {
      return null;
    }
    Path file = secondFile(weightsFile);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has two keys, %s and %s, and there is no %s beside %s: 'train' with two keys"
                  + " writes both",
              schema.key(),
              schema.secondKey(),
              file.getFileName(),
              weightsFile));
    }
    WeightsFile second = readWeights(file, AllowedPaths.of(options));
    SlowWeights weights = second.weights();
    Schema needed = new SecondStage(schema).schema();
    if (weights.schema() == null
        || !needed.withoutColumns().equals(weights.schema().withoutColumns())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is not of the second key of %s%s",
              file,
              weightsFile,
              weights.schema() == null
                  ? ": it carries no schema"
                  : ": " + SchemaDifference.between(weights.schema(), needed)));
    }
    PairId.check(weightsFile, first, file, second);
    return weights;
  }

  /** The same with another column of the id; null for that of the schema. */
  public JobModel withId(String column) {
    return column == null ? this : new JobModel(schema.withId(column), weights, second, catalogue);
  }

  /**
   * @param takes what takes one key, with its verb
   * @param instead what to do with two
   * @throws IllegalArgumentException if events of the schema have two
   */
  public static void requireOneKey(Schema schema, String takes, String instead) {
    if (schema.secondKey() != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s one key, and the schema has two, %s and %s: %s",
              takes,
              schema.key(),
              schema.secondKey(),
              instead));
    }
  }

  private static WeightsFile readWeights(Path file, AllowedPaths allowed) throws IOException {
    byte[] bytes = readAllowed(file, allowed);
    return WeightsFile.load(
        bytes, file.toString(), part -> readAllowed(file.resolveSibling(part), allowed));
  }

  private static byte[] readAllowed(Path file, AllowedPaths allowed) throws IOException {
    allowed.check(new org.apache.flink.core.fs.Path(file.toUri()));
    requireFile(file);
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length > 2 && bytes[0] == 'P' && bytes[1] == 'K') {
      throw new IllegalArgumentException(
          file + " is a zip archive, as torch.save writes; weights must be safetensors");
    }
    allowed.checkPin(bytes, file.toString());
    return bytes;
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException if it is none; the message names the file
   */
  public static Schema readSchema(Path file) throws IOException {
    requireFile(file);
    try {
      Schema schema = requireColumns(SchemaJson.parse(Files.readString(file)), "");
      if (schema.target() instanceof Residual residual) {
        throw new IllegalArgumentException(
            "target "
                + residual.name()
                + ": encoder is 'residual', must be one of binary, class, number, item");
      }
      return schema;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param where begins the message of an error
   */
  private static Schema requireColumns(Schema schema, String where) {
    if (schema.key() == null || schema.time() == null) {
      throw new IllegalArgumentException(
          where
              + "the schema must name the column of the "
              + (schema.key() == null ? "key" : "time"));
    }
    return schema;
  }

  private static void requireFile(Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + " is a folder, must be a file");
    }
  }

  /** Floats of a prediction. */
  public int outputs() {
    return weights == null ? schema.target().dim() : SlowModel.of(weights).outputDim();
  }
}
