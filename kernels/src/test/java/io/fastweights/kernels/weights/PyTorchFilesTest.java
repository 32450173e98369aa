package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as users save them from PyTorch, beyond the way that the documentation describes. */
class PyTorchFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final Map<String, Tensor> tensors = tensors(List.of("a", "b"));
  private final Map<String, String> metadata =
      Map.of("nu", "1", "schema", SchemaJson.write(schema(List.of("a", "b"))));

  private static Schema schema(List<String> vocabulary) {
    return Schema.of(List.of(new Field.Categorical("p", vocabulary)), new Target.Binary("y"));
  }

  private static Map<String, Tensor> tensors(List<String> vocabulary) {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(4)
            .depth(2)
            .heads(1)
            .dimHead(2)
            .outputs(1)
            .build();
    SplittableRandom random = new SplittableRandom(2);
    return RandomWeights.of(
            config, schema(vocabulary), (name, shape, size) -> RandomModels.gaussian(random, size))
        .tensors();
  }

  private static byte[] file(Dtype dtype, Map<String, Tensor> tensors, Map<String, String> texts)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    if (!texts.isEmpty()) {
      texts.forEach(header.putObject("__metadata__")::put);
    }
    int bytes = dtype.bits() / 8;
    int floats = tensors.values().stream().mapToInt(t -> t.data().length).sum();
    ByteBuffer data = ByteBuffer.allocate(bytes * floats).order(ByteOrder.LITTLE_ENDIAN);
    tensors.forEach(
        (name, tensor) -> {
          ObjectNode entry = header.putObject(name).put("dtype", dtype.name());
          Arrays.stream(tensor.shape()).forEach(entry.withArray("shape")::add);
          entry.withArray("data_offsets").add(data.position());
          for (float value : tensor.data()) {
            put(dtype, data, value);
          }
          entry.withArray("data_offsets").add(data.position());
        });
    return WeightsBytes.file(JSON.writeValueAsBytes(header), data.array());
  }

  private static void put(Dtype dtype, ByteBuffer data, float value) {
    switch (dtype) {
      case F16 -> data.putShort(nearestHalf(value));
      case BF16 -> data.putShort((short) (Float.floatToRawIntBits(value) >> 16));
      case F64 -> data.putDouble(value + 1e-12);
      default -> data.putFloat(value);
    }
  }

  /** The half closest to a float, found by trying all. */
  private static short nearestHalf(float value) {
    int best = 0;
    for (int bits = 0; bits < 1 << 16; bits++) {
      float half = FloatingPoint.half((short) bits);
      if (Math.abs(half - value) < Math.abs(FloatingPoint.half((short) best) - value)) {
        best = bits;
      }
    }
    return (short) best;
  }

  private Map<String, Tensor> renamed(UnaryOperator<String> rename) {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> renamed.put(rename.apply(name), tensor));
    return renamed;
  }

  private void assertSame(SlowWeights weights) {
    assertThat(weights.tensors().keySet()).isEqualTo(tensors.keySet());
    tensors.forEach((name, tensor) -> assertThat(weights.get(name)).isEqualTo(tensor.data()));
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F64", "F32"})
  void readsEveryKindOfFloat(Dtype dtype) throws IOException {
    SlowWeights weights = WeightsFile.load(file(dtype, tensors, metadata), "w").weights();
    double precision = dtype == Dtype.F16 ? 0x1p-11 : dtype == Dtype.BF16 ? 0x1p-7 : 0x1p-24;
    tensors.forEach(
        (name, tensor) -> {
          for (int i = 0; i < tensor.data().length; i++) {
            double wanted = tensor.data()[i];
            assertThat(Math.abs(weights.get(name)[i] - wanted))
                .as("%s of %s, %s beside %s", i, name, weights.get(name)[i], wanted)
                .isLessThanOrEqualTo(Math.abs(wanted) * precision + 1e-7);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000, 0",
    "0x8000, -0",
    "0x3c00, 1",
    "0xc000, -2",
    "0x7bff, 65504",
    "0x0001, 5.9604645E-8",
    "0x03ff, 6.097555E-5",
    "0x0400, 6.1035156E-5",
    "0x7c00, Infinity",
    "0xfc00, -Infinity",
    "0x3555, 0.33325195",
    "0x7e00, NaN"
  })
  void widensHalves(String bits, float value) {
    assertThat((Float) FloatingPoint.half(Integer.decode(bits).shortValue()))
        .isEqualTo(Float.valueOf(value));
  }

  @Test
  void refusesDoublesBeyondFp32() throws IOException {
    byte[] bytes = file(Dtype.F64, tensors, metadata);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putDouble(bytes.length - 8, 1e300);
    assertThatThrownBy(() -> WeightsFile.load(bytes, "w"))
        .hasMessageContaining("tensor head.bias is Infinity at [0], must be finite");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"module.", "_orig_mod.", "model.", "_orig_mod.module.", "module._orig_mod."})
  void readsNamesThatAWrapperChanged(String prefix) throws IOException {
    byte[] bytes = file(Dtype.F32, renamed(name -> prefix + name), metadata);
    assertSame(WeightsFile.load(bytes, "w").weights());
    byte[] some = file(Dtype.F32, renamed(n -> n.startsWith("head") ? n : prefix + n), metadata);
    assertSame(WeightsFile.load(some, "w").weights());
  }

  @Test
  void readsNamesOfLayersThatWereCompiled() throws IOException {
    byte[] bytes =
        file(Dtype.F32, renamed(n -> n.replace("layers.1.", "layers.1._orig_mod.")), metadata);
    assertSame(WeightsFile.load(bytes, "w").weights());
  }

  @Test
  void refusesTwoTensorsOfOneName() throws IOException {
    Map<String, Tensor> twice = new LinkedHashMap<>(tensors);
    twice.put("module.head.bias", tensors.get("head.bias"));
    WeightsFormatException e = refused(file(Dtype.F32, twice, metadata), "w");
    assertThat(e.kind()).isEqualTo(Kind.DUPLICATE_TENSOR);
    assertThat(e).hasMessageContaining("head.bias and module.head.bias are both");
  }

  @Test
  void readsTensorsThatAreTiedToAnother() throws IOException {
    Map<String, Tensor> fewer = new LinkedHashMap<>(tensors);
    fewer.remove("embedding.lag.p.weight");
    Map<String, String> tied = new LinkedHashMap<>(metadata);
    tied.put("module.embedding.lag.p.weight", "module.embedding.p.weight");
    tied.put("best", "head.bias");
    WeightsFile read = WeightsFile.load(file(Dtype.F32, fewer, tied), "w");
    assertThat(read.weights().get("embedding.lag.p.weight"))
        .isEqualTo(tensors.get("embedding.p.weight").data());
    assertThat(read.metadata()).isEqualTo(Map.of("best", "head.bias"));
  }

  @Test
  void readsAFileInParts() throws IOException {
    Path index = parts();
    assertSame(WeightsFile.read(index));
    WeightsFile inMemory =
        WeightsFile.load(
            Files.readAllBytes(index),
            index.toString(),
            part -> Files.readAllBytes(folder.resolve(part)));
    assertSame(inMemory.weights());
    assertThat(refused(Files.readAllBytes(index), "w"))
        .hasMessageContaining("is the index of a file in parts")
        .hasMessageContaining(".index.json");
    Files.delete(folder.resolve("model-2.safetensors"));
    assertThatThrownBy(() -> WeightsFile.read(index)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesPartsInOtherFolders() throws IOException {
    Path index = parts();
    for (String part : List.of("../w.safetensors", "/w.safetensors", ".w", "", "a\\\\b")) {
      String json = "{\"weight_map\": {\"head.bias\": \"" + part + "\"}}";
      Files.writeString(index, json);
      assertThatThrownBy(() -> WeightsFile.read(index))
          .isInstanceOf(WeightsFormatException.class)
          .hasMessageContaining("must be the name of a file beside the index");
    }
    Files.writeString(index, "{}");
    assertThatThrownBy(() -> WeightsFile.read(index)).hasMessageContaining("names 0 files");
    Files.writeString(index, "{");
    assertThatThrownBy(() -> WeightsFile.read(index)).hasMessageContaining("is not JSON");
  }

  @Test
  void refusesPartsThatDisagree() throws IOException {
    Path index = parts();
    byte[] other = file(Dtype.F32, Map.of(), Map.of("nu", "2"));
    Files.write(folder.resolve("model-2.safetensors"), other);
    assertThatThrownBy(() -> WeightsFile.read(index))
        .hasMessageContaining("metadata nu is 1 in one part and 2 in another");
  }

  /** Two parts; the first has the metadata. */
  private Path parts() throws IOException {
    Map<String, Tensor> first = new LinkedHashMap<>();
    Map<String, Tensor> second = new LinkedHashMap<>();
    ObjectNode root = JSON.createObjectNode();
    root.putObject("metadata").put("total_size", 12345);
    List<String> names = new ArrayList<>(tensors.keySet());
    for (String name : names) {
      boolean early = names.indexOf(name) < names.size() / 2;
      (early ? first : second).put(name, tensors.get(name));
      root.withObject("/weight_map")
          .put(name, early ? "model-1.safetensors" : "model-2.safetensors");
    }
    Files.write(folder.resolve("model-1.safetensors"), file(Dtype.F32, first, metadata));
    Files.write(
        folder.resolve("model-2.safetensors"), file(Dtype.F32, second, Map.of("format", "pt")));
    return Files.write(
        folder.resolve("model.safetensors.index.json"), JSON.writeValueAsBytes(root));
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of("PK\3\4 and a zip's bytes", "is a zip archive, as torch.save writes"),
        Arguments.of("\u0080\2}q\0(X\4\0\0\0", "is a Python pickle"),
        Arguments.of("version https://git-lfs.github.com/spec/v1", "'git lfs pull' fetches it"),
        Arguments.of("<!DOCTYPE html><html>", "is an HTML page"),
        Arguments.of("\n<html><body>Not found", "is an HTML page"),
        Arguments.of("{\"hidden_size\": 8, \"layers\": 2}", "is a JSON text"),
        Arguments.of("GGUF\3\0\0\0\1\1\1\1", "is a GGUF file"),
        Arguments.of("\u0089HDF\r\n\u001a\n and more", "is an HDF5 file"),
        Arguments.of("\u001f\u008b\10\0 and more", "is compressed by gzip"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void namesWhatItIsInstead(String start, String says) {
    byte[] bytes = Arrays.copyOf(start.getBytes(StandardCharsets.ISO_8859_1), 400);
    WeightsFormatException e = refused(bytes, "w");
    assertThat(e.kind()).isEqualTo(Kind.OTHER_FORMAT);
    assertThat(e).hasMessageContaining(says);
  }

  @Test
  void namesAHeadThatIsMissing() throws IOException {
    Map<String, Tensor> fewer = new LinkedHashMap<>(tensors);
    fewer.keySet().removeIf(name -> name.startsWith("head"));
    WeightsFormatException e = refused(file(Dtype.F32, fewer, metadata), "w");
    assertThat(e.kind()).isEqualTo(Kind.MISSING_TENSOR);
    assertThat(e)
        .hasMessage("w: tensor head.weight [1, 4] is missing: it reads out the schema's target y");
  }

  @Test
  void writesAndReadsALargeVocabulary() throws IOException {
    List<String> vocabulary =
        IntStream.range(0, 60_000)
            .mapToObj(i -> String.format(Locale.ROOT, "sku-%012d", i))
            .toList();
    byte[] bytes =
        file(
            Dtype.F32,
            tensors(vocabulary),
            Map.of("nu", "1", "schema", SchemaJson.write(schema(vocabulary))));
    SlowWeights weights = WeightsFile.load(bytes, "w").weights();
    Path file = folder.resolve("large.safetensors");
    WeightsFile.write(weights, file);
    assertThat(WeightsFile.read(file).get("embedding.p.weight")).hasSize(60_001 * 4);
  }

  private static WeightsFormatException refused(byte[] bytes, String name) {
    return catchThrowableOfType(WeightsFormatException.class, () -> WeightsFile.load(bytes, name));
  }
}
