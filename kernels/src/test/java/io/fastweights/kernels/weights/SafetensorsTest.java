package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fastweights.kernels.model.WeightsFormatException;
import io.fastweights.kernels.model.WeightsFormatException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private static final String A = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
  private static final String B = "'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}";

  @TempDir Path folder;

  private static byte[] file(String header, int dataBytes) {
    return WeightsBytes.file(header.replace('\'', '"'), dataBytes);
  }

  private static WeightsFormatException refused(byte[] bytes) {
    return catchThrowableOfType(
        WeightsFormatException.class, () -> Safetensors.of(bytes, "w.safetensors"));
  }

  /** '#A' and '#B' stand for two sound tensors, '#(dtype shape offsets)' for one named t. */
  private static byte[] fileOf(String pattern, int dataBytes) {
    String header =
        pattern
            .replace("#A", A)
            .replace("#B", B)
            .replaceAll(
                "#\\((\\S+) (\\S+) (\\S+)\\)", "'t':{'dtype':'$1','shape':$2,'data_offsets':$3}");
    return file(header, dataBytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // The data: every byte belongs to one tensor.
        "{#A,#A} | 8 | DUPLICATE_TENSOR | a | tensor a stands twice",
        "{#A,#(F32 [2] [4,12])} | 12 | OVERLAP | t | begins at 4, the tensors before it end at 8",
        "{#A,#(F32 [2] [0,8])} | 8 | OVERLAP | t | begins at 0",
        "{#A,#(F32 [0] [4,4])} | 8 | OVERLAP | t | begins at 4",
        "{#A,#(F32 [1] [12,16])} | 16 | GAP | t | begins at 12, the tensors before it end at 8",
        "{#(F32 [1] [4,8])} | 8 | GAP | t | begins at 4, the tensors before it end at 0",
        "{#A,#B} | 13 | TRAILING_BYTES | - | end at 12, the file has 13 bytes",
        "{} | 1 | TRAILING_BYTES | - | end at 0, the file has 1 bytes",
        "{#A,#B} | 11 | OUTSIDE_FILE | b | data_offsets [8, 12], the file has 11 bytes",
        "{#A} | 0 | OUTSIDE_FILE | a | the file has 0 bytes",
        "{#(F32 [1] [9223372036854775803,9223372036854775807])} | 4 | OUTSIDE_FILE | t | has 4",
        // Shapes: none may fool the arithmetic.
        "{#(F32 [3] [0,8])} | 8 | WRONG_LENGTH | t | is 8 bytes; F32 [3] takes 96 bits",
        "{#(F32 [2] [8,0])} | 8 | WRONG_LENGTH | t | is -8 bytes",
        "{#(F32 [1] [0,9223372036854775807])} | 4 | WRONG_LENGTH | t | takes 32 bits",
        "{#(U8 [65536,65536,65536,65536] [0,0])} | 0 | WRONG_LENGTH | t | takes countless bits",
        "{#(F32 [0] [0,4])} | 4 | WRONG_LENGTH | t | F32 [0] takes 0 bits",
        "{#(F4 [3] [0,1])} | 1 | WRONG_LENGTH | t | F4 [3] takes 12 bits",
        "{#(F32 [2147483648] [0,4])} | 4 | HEADER_MALFORMED | t | from 0 to 2147483647",
        "{#(F32 [-1] [0,4])} | 4 | HEADER_MALFORMED | t | shape of tensor t holds -1",
        "{#(F32 [1.0] [0,4])} | 4 | HEADER_MALFORMED | t | shape of tensor t holds 1.0",
        "{#(F32 [\"1\"] [0,4])} | 4 | HEADER_MALFORMED | t | shape of tensor t holds 1",
        "{#(F32 1 [0,4])} | 4 | HEADER_MALFORMED | t | shape of tensor t is no JSON array",
        "{#(F32 [1] [0,99999999999999999999])} | 4 | HEADER_MALFORMED | t | data_offsets of",
        "{#(F32 [1] [0,999999999999999999999999])} | 4 | HEADER_MALFORMED | - | not JSON",
        "{#(F32 [1] [4])} | 4 | HEADER_MALFORMED | t | needs a dtype, a shape and data_offsets",
        "{#(F99 [1] [0,4])} | 4 | UNKNOWN_DTYPE | t | has dtype F99, must have one of [F4,",
        "{#(f32 [1] [0,4])} | 4 | UNKNOWN_DTYPE | t | has dtype f32",
        // The header: one JSON object of known members.
        "[] | 0 | HEADER_MALFORMED | - | the header is no JSON object",
        "1 | 0 | HEADER_MALFORMED | - | the header is no JSON object",
        "{ | 0 | HEADER_MALFORMED | - | not JSON",
        "nonsense | 0 | HEADER_MALFORMED | - | not JSON",
        "{#A}{} | 8 | HEADER_MALFORMED | - | goes on after its JSON object",
        "{#A} x | 8 | HEADER_MALFORMED | - | not JSON",
        "{'a':1} | 0 | HEADER_MALFORMED | a | member a is no JSON object",
        "{'a':{'x':1}} | 0 | HEADER_MALFORMED | a | tensor a has a member x",
        "{'a':{'dtype':'F32'}} | 0 | HEADER_MALFORMED | a | needs a dtype, a shape",
        "{'a':{'dtype':7}} | 0 | HEADER_MALFORMED | a | dtype of tensor a is no JSON string",
        "{'a':{'shape':[],'shape':[]}} | 0 | HEADER_MALFORMED | a | has two members shape",
        "{'a':{'shape':[[[[1]]]]}} | 0 | HEADER_MALFORMED | - | nesting depth",
        "{'__metadata__':[]} | 0 | HEADER_MALFORMED | __metadata__ | is no JSON object",
        "{'__metadata__':{},'__metadata__':{}} | 0 | HEADER_MALFORMED | - | stands twice",
        "{'__metadata__':{'k':1}} | 0 | BAD_METADATA | - | metadata k is no JSON string",
        "{'__metadata__':{'k':'','k':''}} | 0 | BAD_METADATA | - | metadata k stands twice",
      })
  void refusesABrokenHeader(String header, int dataBytes, Kind kind, String tensor, String says) {
    WeightsFormatException e = refused(fileOf(header, dataBytes));
    assertThat(e).isNotNull().hasMessageStartingWith("w.safetensors: ").hasMessageContaining(says);
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(e.tensor()).isEqualTo(tensor.equals("-") ? null : tensor);
  }

  @Test
  void refusesAFileThatEndsBeforeItsHeaderDoes() {
    byte[] whole = fileOf("{#A,#B}", 12);
    for (int size = 0; size < WeightsBytes.dataAt(whole); size++) {
      WeightsFormatException e = refused(Arrays.copyOf(whole, size));
      assertThat(e).as("%d bytes", size).isNotNull();
      assertThat(e.kind()).as("%d bytes", size).isEqualTo(Kind.TRUNCATED);
    }
    assertThat(refused(new byte[7])).hasMessageContaining("has 7 bytes, must have at least 8");
  }

  @Test
  void refusesAHeaderBeyondTheLimitWithoutReadingIt() {
    byte[] file = fileOf("{#A}", 8);
    ByteBuffer length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (long claimed : new long[] {Safetensors.MAX_HEADER + 1, Long.MAX_VALUE, -1}) {
      length.putLong(0, claimed);
      WeightsFormatException e = refused(file);
      assertThat(e.kind()).isEqualTo(Kind.HEADER_TOO_LARGE);
      assertThat(e)
          .hasMessageContaining(Long.toUnsignedString(claimed))
          .hasMessageContaining("at most 100000000");
    }
  }

  @Test
  void readsALargeHeader() throws Exception {
    String padded = String.format(Locale.ROOT, "{%s}", A).replace('\'', '"');
    padded += " ".repeat(5_000_000 - padded.length());
    try (Safetensors file = Safetensors.of(WeightsBytes.file(padded, 8), "w")) {
      assertThat(file.floats("a").data()).containsExactly(0, 0);
    }
  }

  @Test
  void refusesMoreTensorsThanTheLimit() throws Exception {
    String each = "\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    String most =
        IntStream.range(0, Safetensors.MAX_TENSORS)
            .mapToObj(i -> String.format(Locale.ROOT, each, i))
            .collect(Collectors.joining(","));
    try (Safetensors file = Safetensors.of(WeightsBytes.file("{" + most + "}", 0), "w")) {
      assertThat(file.entries()).hasSize(10_000);
    }
    WeightsFormatException e =
        refused(
            WeightsBytes.file("{" + most + "," + String.format(Locale.ROOT, each, -1) + "}", 0));
    assertThat(e.kind()).isEqualTo(Kind.TOO_MANY_TENSORS);
    assertThat(e).hasMessageContaining("more than 10000");
  }

  @Test
  void takesUtf8Only() {
    byte[] header = "{\"\u00e4\":1}".getBytes(StandardCharsets.UTF_16LE);
    assertThat(refused(WeightsBytes.file(header, new byte[0])).kind())
        .isEqualTo(Kind.HEADER_MALFORMED);
  }

  @Test
  void keepsControlCharactersOfNamesOutOfTheMessage() {
    WeightsFormatException e = refused(file("{'a\\nb':1}", 0));
    assertThat(e.tensor()).isEqualTo("a\nb");
    assertThat(e.getMessage()).contains("a?b").doesNotContain("\n");
  }

  @Test
  void readsScalarsAndEmptyTensors() throws Exception {
    byte[] bytes =
        fileOf(
            "{'s':{'dtype':'F32','shape':[],'data_offsets':[0,4]},#(F32 [3,0] [4,4]),"
                + "'i':{'dtype':'I64','shape':[2],'data_offsets':[4,20]}}",
            20);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(bytes.length - 20, 1.5f)
        .putLong(bytes.length - 8, Long.MIN_VALUE);
    try (Safetensors file = Safetensors.of(bytes, "w")) {
      assertThat(file.floats("s").shape()).isEmpty();
      assertThat(file.floats("s").data()).containsExactly(1.5f);
      assertThat(file.floats("t").shape()).containsExactly(3, 0);
      assertThat(file.floats("t").data()).isEmpty();
      assertThat(file.longs("i")).containsExactly(0, Long.MIN_VALUE);
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void refusesToReadATensorAsAnotherDtype() throws Exception {
    try (Safetensors file = Safetensors.of(fileOf("{#(U16 [2] [0,4])}", 4), "w")) {
      assertThatThrownBy(() -> file.floats("t"))
          .isInstanceOf(WeightsFormatException.class)
          .hasMessage("w: tensor t has dtype U16, must have F32, F16, BF16 or F64");
      assertThatThrownBy(() -> file.longs("t")).hasMessageContaining("must have I64");
      assertThatThrownBy(() -> file.floats("u")).hasMessage("w: tensor u is missing");
    }
  }

  @Test
  void saysWhenAnOpenFileIsCut() throws Exception {
    Path path = folder.resolve("w.safetensors");
    Files.write(path, fileOf("{#A,#B}", 12));
    try (Safetensors file = Safetensors.open(path)) {
      Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 20));
      WeightsFormatException e =
          catchThrowableOfType(WeightsFormatException.class, () -> file.floats("b"));
      assertThat(e.kind()).isEqualTo(Kind.TRUNCATED);
      assertThat(e).hasMessageContaining(path.toString());
    }
  }

  @Test
  void leavesAFileThatIsNotThereToItsOwnException() {
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
