package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsFileTest {
  @TempDir Path folder;

  private static ModelConfig.Builder transformer() {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(6)
        .depth(2)
        .heads(3)
        .dimHead(4)
        .nu(2)
        .ffMult(3)
        .vocabulary(7)
        .outputs(5);
  }

  static Stream<ModelConfig> configurations() {
    ModelConfig.Builder cell = ModelConfig.builder(Architecture.CELL).dim(5);
    ModelConfig.Builder attention =
        ModelConfig.builder(Architecture.ATTENTION).dim(6).heads(2).dimHead(3);
    return Stream.of(
        cell.nu(3).build(),
        cell.featureMap(FeatureMap.ELU_PLUS_ONE).nu(1).outputs(2).build(),
        attention.nu(2).betaGate(BetaGate.IDENTITY).build(),
        attention.featureMap(FeatureMap.ELU_PLUS_ONE).vocabulary(4).build(),
        transformer().build(),
        transformer().vocabulary(0).outputs(0).preNorm(false).updateRule(UpdateRule.SUM).build(),
        transformer().finalNorm(true).build(),
        transformer()
            .memoryScope(MemoryScope.SHARED)
            .betaGate(BetaGate.IDENTITY)
            .normalisation(Normalisation.UNIT)
            .build());
  }

  private static SlowWeights weights(ModelConfig config) {
    return RandomModels.slow(config, new SplittableRandom(1)).weights();
  }

  private byte[] bytes(ModelConfig config) throws IOException {
    Path file = folder.resolve("w.safetensors");
    WeightsFile.write(weights(config), file);
    return Files.readAllBytes(file);
  }

  private static WeightsFormatException refused(byte[] bytes) {
    return catchThrowableOfType(
        WeightsFormatException.class, () -> WeightsFile.load(bytes, "w.safetensors"));
  }

  private static void assertRefused(
      byte[] bytes, Kind kind, String tensor, String... messageParts) {
    WeightsFormatException e = refused(bytes);
    assertThat(e).isNotNull().hasMessageStartingWith("w.safetensors: ");
    assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
    assertThat(e.tensor()).isEqualTo(tensor);
    assertThat(e.getMessage()).contains(messageParts);
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void readsBackTheConfigurationAndTheBitsThatWereWritten(ModelConfig config) throws IOException {
    SlowWeights written = weights(config);
    Path file = folder.resolve("w.safetensors");
    WeightsFile.write(written, file);
    for (SlowWeights read :
        new SlowWeights[] {
          WeightsFile.read(file),
          WeightsFile.read(new ByteArrayInputStream(Files.readAllBytes(file)), "stream")
        }) {
      assertThat(read.config()).isEqualTo(config);
      assertThat(read.tensors().keySet())
          .containsExactlyElementsOf(SlowWeights.expectedShapes(config).keySet());
      read.tensors()
          .forEach((name, t) -> assertThat(t.data()).as(name).isEqualTo(written.get(name)));
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void infersSizesAndArchitectureFromTheTensors(ModelConfig config) throws IOException {
    byte[] bare =
        WeightsBytes.withMetadata(
            bytes(config),
            m ->
                m.retain(
                    "nu", "pre_norm", "beta", "memory", "rule", "feature_map", "normalisation"));
    assertThat(WeightsFile.load(bare, "w").weights().config()).isEqualTo(config);
  }

  @Test
  void readsACellWithoutAnyMetadata() throws IOException {
    ModelConfig config = ModelConfig.builder(Architecture.CELL).dim(5).nu(3).build();
    byte[] bare = WeightsBytes.edited(bytes(config), header -> header.remove("__metadata__"));
    assertThat(WeightsFile.load(bare, "w").weights().config()).isEqualTo(config);
  }

  @Test
  void givesMissingChoicesThePapersDefaults() throws IOException {
    ModelConfig config = transformer().build();
    byte[] bare = WeightsBytes.withMetadata(bytes(config), m -> m.retain("nu"));
    assertThat(WeightsFile.load(bare, "w").weights().config()).isEqualTo(config);
  }

  @Test
  void passesForeignMetadataThrough() throws IOException {
    Path file = folder.resolve("w.safetensors");
    Map<String, String> extra = new LinkedHashMap<>();
    extra.put("note", "{\"fields\":[\"\u00e4\\n\"]}");
    extra.put("format", "pt");
    new WeightsFile(weights(transformer().build()), extra).write(file);
    WeightsFile read = WeightsFile.load(file);
    assertThat(read.metadata()).isEqualTo(extra);

    Path again = folder.resolve("again.safetensors");
    read.write(again);
    assertThat(again).hasSameBinaryContentAs(file);
  }

  private static SlowWeights weightsWithSchema() {
    Schema schema =
        Schema.of(List.of(new Field.Categorical("p", List.of("a", "b"))), new Target.Binary("y"));
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION).dim(4).heads(1).dimHead(2).outputs(1).build();
    SplittableRandom random = new SplittableRandom(2);
    return RandomWeights.of(
        config, schema, (name, shape, size) -> RandomModels.gaussian(random, size));
  }

  @Test
  void carriesTheSchemaAndItsEmbeddings() throws IOException {
    SlowWeights written = weightsWithSchema();
    Path file = folder.resolve("w.safetensors");
    WeightsFile.write(written, file);
    WeightsFile read = WeightsFile.load(file);
    assertThat(SchemaJson.write(read.weights().schema()))
        .isEqualTo(SchemaJson.write(written.schema()));
    assertThat(read.weights().get("embedding.p.weight"))
        .isEqualTo(written.get("embedding.p.weight"));
    assertThat(read.weights().tensors().keySet()).isEqualTo(written.tensors().keySet());
    assertThat(read.metadata()).isEmpty();
  }

  @Test
  void refusesASchemaThatIsNotTheModels() throws IOException {
    Path path = folder.resolve("w.safetensors");
    WeightsFile.write(weightsWithSchema(), path);
    byte[] file = Files.readAllBytes(path);
    String schema = WeightsBytes.header(file).at("/__metadata__/schema").textValue();
    assertRefused(
        WeightsBytes.withMetadata(file, m -> m.put("schema", "[")),
        Kind.BAD_METADATA,
        null,
        "metadata schema: the schema is not JSON");
    assertRefused(
        WeightsBytes.withMetadata(file, m -> m.put("vocab", "3")),
        Kind.BAD_METADATA,
        null,
        "metadata schema: vocabulary is 3");
    assertRefused(
        WeightsBytes.withMetadata(
            file, m -> m.put("schema", schema.replace("\"b\"", "\"b\",\"c\""))),
        Kind.WRONG_SHAPE,
        "embedding.p.weight",
        "must have");
    assertRefused(
        WeightsBytes.withMetadata(file, m -> m.remove("schema")),
        Kind.SURPLUS_TENSOR,
        "embedding.p.weight",
        "not part of the model");
  }

  @Test
  void refusesForeignMetadataThatTheWeightsWrite() {
    assertThatThrownBy(
            () -> new WeightsFile(weights(transformer().build()), Map.of("beta", "identity")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("metadata beta");
  }

  @Test
  void writesTheSameBytesAgainWhateverTheOrderOfMetadata() throws IOException {
    SlowWeights weights = weights(transformer().build());
    Map<String, String> one = new LinkedHashMap<>(Map.of("a", "1"));
    one.put("b", "2");
    Map<String, String> other = new LinkedHashMap<>(Map.of("b", "2"));
    other.put("a", "1");
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    new WeightsFile(weights, one).write(first);
    new WeightsFile(weights, other).write(second);
    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(WeightsBytes.dataAt(Files.readAllBytes(first)) % 8).isZero();
  }

  @Test
  void replacesAFileAndLeavesNothingBesideIt() throws IOException {
    Path file = folder.resolve("w.safetensors");
    Files.writeString(file, "old");
    WeightsFile.write(weights(transformer().build()), file);
    assertThat(WeightsFile.read(file).config()).isEqualTo(transformer().build());
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void keepsTheOldFileWhereTheNewCannotBeWritten() throws IOException {
    Path file = Files.createDirectories(folder.resolve("taken"));
    Files.writeString(file.resolve("old"), "old");
    assertThatThrownBy(() -> WeightsFile.write(weights(transformer().build()), file))
        .isInstanceOf(IOException.class);
    assertThat(file.resolve("old")).hasContent("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesAWeightThatIsNotFinite(float value) throws IOException {
    byte[] file = bytes(transformer().build());
    int at = WeightsBytes.dataAt(file) + Float.BYTES * (2 * 6 + 3);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, value);
    assertRefused(
        file,
        Kind.NOT_FINITE,
        "embedding.weight",
        "tensor embedding.weight is " + value + " at [2, 3]");
  }

  @Test
  void writesNoWeightThatIsNotFinite() {
    SlowWeights weights = weights(transformer().build());
    weights.get("head.bias")[1] = Float.NaN;
    Path file = folder.resolve("w.safetensors");
    assertThatThrownBy(() -> WeightsFile.write(weights, file))
        .isInstanceOf(WeightsFormatException.class)
        .hasMessageContaining("tensor head.bias is NaN at [1]");
    assertThat(file).doesNotExist();
  }

  @Test
  void refusesMissingSurplusReshapedAndRetypedTensors() throws IOException {
    byte[] file = bytes(transformer().build());
    String qkv = "layers.1.0.fn.to_qkv.weight";
    assertRefused(
        renamed(file, qkv, "layers.1.0.fn.to_kqv.weight"),
        Kind.MISSING_TENSOR,
        qkv,
        "tensor " + qkv + " is missing, metadata depth is 2");
    assertRefused(
        renamed(file, "head.bias", "head.bais"),
        Kind.MISSING_TENSOR,
        "head.bias",
        "tensor head.bias [5] is missing");
    assertRefused(
        WeightsBytes.withMetadata(file, m -> m.put("depth", "2147483647")),
        Kind.MISSING_TENSOR,
        "layers.2.0.fn.to_qkv.weight",
        "metadata depth is 2147483647");
    assertRefused(
        WeightsBytes.edited(file, h -> h.set("extra", empty(h))),
        Kind.SURPLUS_TENSOR,
        "extra",
        "tensor extra [0, 4] is not part of the model");
    assertRefused(
        WeightsBytes.edited(file, h -> h.withObject(qkv).withArray("shape").removeAll().add(216)),
        Kind.WRONG_SHAPE,
        qkv,
        "tensor " + qkv + " has shape [216], must have [36, 6]");
    assertRefused(
        WeightsBytes.edited(file, h -> h.withObject(qkv).put("dtype", "I32")),
        Kind.WRONG_DTYPE,
        qkv,
        "tensor " + qkv + " has dtype I32, must have F32, F16, BF16 or F64");
  }

  @Test
  void refusesAWeightThatAnotherBitMakesAnotherWeight() throws IOException {
    byte[] file = bytes(transformer().build());
    file[file.length - 3] ^= 1;
    assertRefused(file, Kind.WRONG_CHECKSUM, null, "the checksum is ", "crc32c");
    assertThat(refused(WeightsBytes.edited(file, header -> {}))).isNull();
  }

  private static byte[] renamed(byte[] file, String from, String to) {
    return WeightsBytes.edited(file, h -> h.set(to, h.remove(from)));
  }

  private static ObjectNode empty(ObjectNode header) {
    ObjectNode entry = header.objectNode().put("dtype", "F32");
    entry.putArray("shape").add(0).add(4);
    entry.putArray("data_offsets").add(0).add(0);
    return entry;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "beta | relu | [sigmoid, identity]",
        "memory | PER_LAYER | [per_layer, shared]",
        "rule | hebb | [delta, sum, gated_delta]",
        "feature_map | favor | [dpfp, elu_plus_one]",
        "normalisation | l2 | [sum, unit]",
        "architecture | lstm | [cell, attention, transformer]",
        "pre_norm | TRUE | [True, False, true, false]",
        "final_norm | yes | [True, False, true, false]",
        "dim | 6.0 | a whole number from 1 to 2147483647",
        "heads | 0 | a whole number from 1",
        "depth | -1 | a whole number from 1",
        "nu | 2147483648 | a whole number from 1",
        "dim_head | \u0664 | a whole number from 1",
        "vocab | x | a whole number from 0",
        "ff_mult | 99999999999999999999 | a whole number from 1",
      })
  void refusesAMetadataValueAndSaysWhatIsAllowed(String key, String value, String allowed)
      throws IOException {
    byte[] file = WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.put(key, value));
    assertRefused(
        file, Kind.BAD_METADATA, null, "metadata " + key + " is " + value + ", must be ", allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nu | 8 | nu is 8, must be below 2 * dimHead = 8",
        "heads | 2147483647 | larger than one Java array",
        "dim_head | 2147483647 | larger than one Java array",
        "dim | 2147483647 | larger than one Java array",
        "ff_mult | 2147483647 | larger than one Java array",
        "architecture | cell | CELL",
        "architecture | attention | one layer, not 2",
      })
  void refusesMetadataThatNoModelCanHave(String key, String value, String says) throws IOException {
    byte[] file = WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.put(key, value));
    assertRefused(file, Kind.BAD_METADATA, null, says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dim | 7 | embedding.weight | has shape [7, 6], must have [7, 7]",
        "vocab | 2147483647 | embedding.weight | must have [2147483647, 6]",
        "heads | 4 | layers.0.0.fn.to_qkv.weight | has shape [36, 6], must have [48, 6]",
        "ff_mult | 2 | layers.0.1.fn.net.0.weight | has shape [18, 6], must have [12, 6]",
      })
  void refusesTensorsThatContradictTheMetadata(String key, String value, String tensor, String says)
      throws IOException {
    byte[] file = WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.put(key, value));
    assertRefused(file, Kind.WRONG_SHAPE, tensor, says);
  }

  @Test
  void aFileWithoutAFinalNormSaysNothingOfIt() throws IOException {
    byte[] file = bytes(transformer().build());
    assertThat(WeightsBytes.header(file).get("__metadata__").has("pre_norm")).isTrue();
    assertThat(WeightsBytes.header(file).get("__metadata__").has("final_norm")).isFalse();
  }

  @Test
  void refusesAFinalNormThatIsNotInTheFileAndOneThatTheMetadataDenies() throws IOException {
    byte[] without =
        WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.put("final_norm", "True"));
    assertRefused(without, Kind.MISSING_TENSOR, "norm.weight", "norm.weight [6] is missing");
    byte[] with =
        WeightsBytes.withMetadata(
            bytes(transformer().finalNorm(true).build()), m -> m.put("final_norm", "False"));
    assertRefused(with, Kind.SURPLUS_TENSOR, "norm.weight", "is not part of the model");
  }

  @Test
  void asksForTheCapacityFactorWhereNothingTellsIt() throws IOException {
    byte[] file = WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.remove("nu"));
    assertRefused(file, Kind.MISSING_METADATA, null, "metadata nu is missing");
  }

  @Test
  void asksForAnArchitectureWhereNothingTellsIt() {
    assertRefused(
        WeightsBytes.file("{}", 0), Kind.MISSING_METADATA, null, "metadata architecture", "to_q");
  }

  @Test
  void saysWhichTensorASizeCannotBeReadOff() throws IOException {
    ModelConfig config = ModelConfig.builder(Architecture.ATTENTION).dim(6).heads(2).build();
    byte[] bare = WeightsBytes.withMetadata(bytes(config), m -> m.retain("nu"));
    assertRefused(
        renamed(bare, "to_beta.weight", "beta"), Kind.MISSING_TENSOR, "to_beta.weight", "missing");
    assertRefused(
        WeightsBytes.edited(
            bare, h -> h.withObject("to_beta.weight").withArray("shape").removeAll().add(4).add(3)),
        Kind.WRONG_SHAPE,
        "to_beta.weight",
        "has shape [4, 3], must have [4, 6]");
    assertRefused(
        WeightsBytes.edited(
            bare, h -> h.withObject("to_beta.weight").withArray("shape").removeAll().add(12)),
        Kind.WRONG_SHAPE,
        "to_beta.weight",
        "has shape [12], must have two dimensions");
  }

  @Test
  void readsTheSoundSeedsOfTheFuzzTestAndRefusesTheOthers() throws Exception {
    Path seeds =
        Path.of(
            WeightsFileTest.class
                .getResource("WeightsFileFuzzTestInputs/anyBytesGiveWeightsOrATypedError")
                .toURI());
    Map<String, Architecture> read = new TreeMap<>();
    try (Stream<Path> files = Files.list(seeds)) {
      for (Path file : files.toList()) {
        WeightsFile weights = WeightsBytes.readAny(Files.readAllBytes(file));
        if (weights != null) {
          read.put(file.getFileName().toString(), weights.weights().config().architecture());
        }
      }
    }
    assertThat(read)
        .containsExactly(
            Map.entry("attention", Architecture.ATTENTION),
            Map.entry("attention-with-schema", Architecture.ATTENTION),
            Map.entry("cell-without-metadata", Architecture.CELL),
            Map.entry("transformer", Architecture.TRANSFORMER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"True", "true", "False", "false"})
  void readsPythonsAndJavasTruth(String text) throws IOException {
    byte[] file =
        WeightsBytes.withMetadata(bytes(transformer().build()), m -> m.put("pre_norm", text));
    assertThat(WeightsFile.load(file, "w").weights().config().preNorm())
        .isEqualTo(text.equalsIgnoreCase("true"));
  }
}
