package io.fastweights.jobs.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/python/fastweights.py} writes is read here, and its rows are those of the
 * encoders. A file that it wrote is kept (resource {@code python.safetensors}), with the rows and
 * the digest of the program ({@code python.json}); where there is a Python, the program must write
 * the same bytes again. {@code -Dfastweights.python.keep=true} writes both anew.
 */
class PythonFileTest {
  private static final Path PROGRAM = Path.of("../docs/python/fastweights.py");
  private static final Path KEPT = Path.of("src/test/resources/io/fastweights/jobs/release");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void itsFileIsAModelAndItsRowsAreThoseOfTheEncoders() throws Exception {
    JsonNode run = JSON.readTree(KEPT.resolve("python.json").toFile());
    check(KEPT.resolve("python.safetensors"), run);
  }

  @Test
  void theProgramIsTheOneThatWroteTheKeptFile() throws Exception {
    Path script = KEPT.resolve("python.py").toAbsolutePath();
    Process process;
    try {
      process =
          new ProcessBuilder("python3", script.toString(), "model.safetensors")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      // Without a Python it must be the program that made the kept file.
      JsonNode kept = JSON.readTree(KEPT.resolve("python.json").toFile());
      assertThat(digest()).isEqualTo(kept.get("program").asText());
      return;
    }
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    ObjectNode run = (ObjectNode) JSON.readTree(printed);
    run.put("program", digest());
    Path written = folder.resolve("model.safetensors");
    if (Boolean.getBoolean("fastweights.python.keep")) {
      JSON.writerWithDefaultPrettyPrinter().writeValue(KEPT.resolve("python.json").toFile(), run);
      Files.write(KEPT.resolve("python.safetensors"), Files.readAllBytes(written));
    }
    assertThat(written).hasSameBinaryContentAs(KEPT.resolve("python.safetensors"));
    assertThat(run).isEqualTo(JSON.readTree(KEPT.resolve("python.json").toFile()));
  }

  private static String digest() throws Exception {
    byte[] program = Files.readAllBytes(PROGRAM);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(program));
  }

  private static void check(Path file, JsonNode run) throws Exception {
    SlowWeights weights = WeightsFile.read(file);
    Schema schema = weights.schema();
    assertThat(weights.tensors().get("head.weight").shape()).containsExactly(1, 4);
    assertThat(weights.tensors().get("head.weight").data()).containsExactly(0.5f, -0.25f, 2, 0.1f);
    assertThat(run.get("events")).hasSize(4);
    for (JsonNode event : run.get("events")) {
      RawEvent raw =
          schema
              .newEvent()
              .timestamp(event.get("millis").longValue())
              .set("category", event.at("/values/category").textValue())
              .set("price", event.at("/values/price").doubleValue())
              .target(true);
      EncodedEvent encoded = schema.encode(raw);
      int at = 0;
      for (int f = 0; f < schema.fields().size(); f++) {
        String name = schema.fields().get(f).name();
        for (JsonNode row : event.at("/rows/" + name)) {
          if (schema.fields().get(f) instanceof Field.Elapsed elapsed) {
            JsonNode before = event.get("before");
            int bucket =
                before.isNull()
                    ? 0
                    : elapsed.bucket(event.get("millis").longValue() - before.longValue());
            assertThat(row.get(0).intValue()).as("row of %s", name).isEqualTo(bucket);
          } else {
            assertThat(encoded.ids()[at]).as("row of %s", name).isEqualTo(row.get(0).intValue());
            assertThat(encoded.weights()[at])
                .as("weight of %s", name)
                .isCloseTo(row.get(1).floatValue(), within(1e-6f));
          }
          at++;
        }
      }
      assertThat(encoded.ids()).hasSize(at);
    }
  }
}
