package io.fastweights.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedPathsTest {
  @TempDir private Path folder;
  private Path models;
  private Path secret;

  @BeforeEach
  void files() throws IOException {
    models = Files.createDirectory(folder.toRealPath().resolve("models"));
    Files.writeString(models.resolve("a.safetensors"), "weights");
    secret = Files.writeString(folder.toRealPath().resolve("secret"), "secret");
  }

  private static AllowedPaths allowed(ConfigOption<List<String>> option, String... values) {
    return AllowedPaths.of(new Configuration().set(option, List.of(values)));
  }

  private static AllowedPaths below(Object... roots) {
    String[] texts = List.of(roots).stream().map(Object::toString).toArray(String[]::new);
    return allowed(FastWeightOptions.WEIGHTS_ROOTS, texts);
  }

  private static String check(AllowedPaths allowed, Object file) {
    return allowed.check(new org.apache.flink.core.fs.Path(file.toString())).toString();
  }

  private static void assertRefused(AllowedPaths allowed, Object file) {
    assertThatThrownBy(() -> check(allowed, file))
        .as("%s", file)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no file below [")
        .hasMessageEndingWith("(fastweights.weights.roots)");
  }

  @Test
  void withoutRootsAllFilesOfTheAllowedSchemesMayBeRead() {
    AllowedPaths allowed = AllowedPaths.of(new Configuration());
    assertThat(check(allowed, secret)).isEqualTo("file:" + secret);
    assertThat(check(allowed, "s3://models/a")).isEqualTo("s3://models/a");
    assertThatThrownBy(() -> check(allowed, "http://models/a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("http://models/a is of none of the schemes [file, s3, s3a, ")
        .hasMessageEndingWith("(fastweights.weights.schemes)");
  }

  @Test
  void onlyFilesBelowARootMayBeRead() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("models2")).resolve("b"), "");
    AllowedPaths allowed = below(models);
    assertThat(check(allowed, models + "/a.safetensors"))
        .isEqualTo("file:" + models + "/a.safetensors");
    assertThat(check(allowed, "file://" + models + "/../models/a.safetensors"))
        .isEqualTo("file:" + models + "/a.safetensors");
    assertRefused(allowed, secret);
    assertRefused(allowed, folder.resolve("models2/b"));
    assertRefused(allowed, models + "/../secret");
    assertRefused(allowed, models + "/..");
    assertRefused(allowed, models + "/none");
    assertRefused(allowed, "secret");
    assertRefused(below(folder + "/none", "s3://models"), secret);
    assertThat(check(below("s3://models", models, "/none"), models + "/a.safetensors"))
        .endsWith("/a.safetensors");
  }

  @Test
  void aLinkDoesNotLeadOutOfARootAndARootMayBeALink() throws IOException {
    Files.createSymbolicLink(models.resolve("link"), secret);
    Files.createSymbolicLink(models.resolve("up"), folder);
    Path alias = Files.createSymbolicLink(folder.resolve("alias"), models);
    AllowedPaths allowed = below(alias);
    assertRefused(allowed, models.resolve("link"));
    assertRefused(allowed, models.resolve("up/secret"));
    assertThat(check(allowed, models + "/up/models/a.safetensors"))
        .isEqualTo("file:" + models + "/a.safetensors");
    assertThat(check(allowed, alias + "/a.safetensors"))
        .isEqualTo("file:" + models + "/a.safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "s3://models/flights/a, true",
    "S3://models/flights/a, true",
    "s3://models/flights/x/../a, true",
    "s3://models/flights, true",
    "s3://models/flights2/a, false",
    "s3://models/flights/../a, false",
    "s3://models/../flights/a, false",
    "s3://others/flights/a, false",
    "s3a://models/flights/a, false",
    "hdfs://models/flights/a, false",
    "/flights/a, false"
  })
  void aRemoteFileIsComparedBySchemeAuthorityAndNames(String file, boolean fits) {
    AllowedPaths allowed = below("s3://models/flights");
    if (fits) {
      assertThat(check(allowed, file)).startsWith("s3://models/flights");
    } else {
      assertRefused(allowed, file);
    }
    assertRefused(below("s3://models"), "s3://models/../../a");
  }

  @Test
  void aSchemeInUpperCaseIsTheSameScheme() {
    String file = models + "/a.safetensors";
    assertThat(check(below(models), "FILE://" + file)).isEqualTo("file:" + file);
    assertRefused(below(models), "FILE://" + secret);
    assertThatThrownBy(
            () -> check(allowed(FastWeightOptions.WEIGHTS_SCHEMES, "s3"), "FILE://" + file))
        .hasMessageContaining("is of none of the schemes [s3]");
  }

  @Test
  void aNulIsRefused() {
    assertThatThrownBy(() -> check(AllowedPaths.of(new Configuration()), "/models/a\0.b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("/models/a\\0.b has a NUL in it, no path may");
  }

  @Test
  void bytesMustHaveOneOfThePins() {
    // Of "abc": FIPS 180-4.
    String pin = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    byte[] abc = {'a', 'b', 'c'};
    AllowedPaths.of(new Configuration()).checkPin(abc, "a");
    allowed(FastWeightOptions.WEIGHTS_SHA256, "00".repeat(32), pin.toUpperCase(Locale.ROOT))
        .checkPin(abc, "a");
    assertThatThrownBy(
            () ->
                allowed(FastWeightOptions.WEIGHTS_SHA256, "00".repeat(32)).checkPin(abc, "weights"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            String.format(
                Locale.ROOT,
                "weights has the SHA-256 %s, must have one of [%s] (fastweights.weights.sha256)",
                pin,
                "00".repeat(32)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ftp://models", "s3:models"})
  void aRootOfASchemeThatIsNotAllowedIsRefused(String root) {
    assertThatThrownBy(() -> below(root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fastweights.weights.roots has " + root);
  }

  @Test
  void wrongSchemesAndDigestsAreRefused() {
    assertThatThrownBy(() -> allowed(FastWeightOptions.WEIGHTS_SCHEMES, "file", "S3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fastweights.weights.schemes has S3, must be in lower case, as in s3");
    assertThatThrownBy(() -> allowed(FastWeightOptions.WEIGHTS_SHA256, "ab"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fastweights.weights.sha256 has ab, must be 64 hexadecimal digits");
  }
}
