package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.train.network.PyTorch;
import io.fastweights.kernels.weights.WeightsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script of docs/from-pytorch.md writes a file that gives the same outputs here. Its file and
 * what PyTorch 1.13 made of it are kept (resources {@code pytorch/page.*}), with the script's
 * digest; a new script must be run once where there is a PyTorch, with {@code
 * -Dfastweights.pytorch.keep=FOLDER}, which writes them.
 */
class FromPyTorchPageTest {
  private static final Path PAGE = Path.of("../docs/from-pytorch.md");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void theKeptFileGivesTheOutputsThatPyTorchGave() throws Exception {
    JsonNode kept = JSON.readTree(resource("page.json").toFile());
    assertSame(resource("page.safetensors"), kept);
  }

  @Test
  void theScriptWritesAFileThatGivesPyTorchsOutputs() throws Exception {
    String script = script();
    String python = PyTorch.find();
    if (python == null) {
      // Without PyTorch the script must be the one that made the kept files.
      JsonNode kept = JSON.readTree(resource("page.json").toFile());
      assertThat(digest(script)).isEqualTo(kept.get("script").textValue());
      return;
    }
    Path file = Files.writeString(folder.resolve("export.py"), script);
    String printed = PyTorch.run(python, resource("page.py"), file, folder);
    JsonNode run = JSON.readTree(printed.substring(printed.lastIndexOf("{\"events\"")));
    keep(run, script);
    assertSame(folder.resolve("model.safetensors"), run);
  }

  /** Steps the printed events here and compares the outputs with the printed logits. */
  private static void assertSame(Path file, JsonNode run) throws Exception {
    SlowWeights weights = WeightsFile.read(file);
    InputEncoder inputs = weights.inputs(weights.schema());
    Model model = SlowModel.of(weights);
    ReferenceModel reference = new ReferenceModel(model);
    float[] memory = new float[model.memory().floats()];
    float[] input = new float[model.inputDim()];
    EncodedEvent last = null;
    assertThat(run.get("logits")).hasSizeGreaterThan(20);
    for (int t = 0; t < run.get("logits").size(); t++) {
      EncodedEvent event = event(weights, run.get("events").get(t));
      inputs.encode(event, last, input, 0);
      float logit = reference.step(input, null, memory, true).output()[0];
      float theirs = run.get("logits").get(t).floatValue();
      assertThat(logit).as("event %d", t).isCloseTo(theirs, within(1e-5f));
      last = event;
    }
  }

  private static EncodedEvent event(SlowWeights weights, JsonNode event) throws Exception {
    return weights
        .schema()
        .encode(
            weights
                .schema()
                .newEvent()
                .set(0, event.get(0).textValue())
                .set(1, event.get(1).doubleValue())
                .timestamp(event.get(2).longValue())
                .target(event.get(3).booleanValue()));
  }

  private static String script() throws Exception {
    Matcher block =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    assertThat(block.find()).as("python in " + PAGE).isTrue();
    return block.group(1);
  }

  private static String digest(String script) throws Exception {
    byte[] utf8 = script.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
  }

  private void keep(JsonNode run, String script) throws Exception {
    String kept = System.getProperty("fastweights.pytorch.keep");
    if (kept != null) {
      ((ObjectNode) run).put("script", digest(script));
      JSON.writeValue(Path.of(kept, "page.json").toFile(), run);
      Files.copy(folder.resolve("model.safetensors"), Path.of(kept, "page.safetensors"));
    }
  }

  private static Path resource(String name) throws Exception {
    return Path.of(FromPyTorchPageTest.class.getResource("pytorch/" + name).toURI());
  }
}
