package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.network.ParameterLayout.Slice;
import io.fastweights.kernels.train.network.PyTorch;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PyTorch gives the same outputs from a file that was trained here. Two such files are kept with
 * what PyTorch 1.13 made of them (resource folder {@code pytorch}); where there is a PyTorch, it
 * runs files that are trained now.
 *
 * <p>The kept ones were written by this test with {@code -Dfastweights.pytorch.keep=FOLDER}.
 */
class PyTorchRoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, ModelConfig> MODELS =
      Map.of(
          "unit-pre-norm", model(Normalisation.UNIT, true),
          "sum-post-norm", model(Normalisation.SUM, false));

  @TempDir Path folder;

  private static ModelConfig model(Normalisation normalisation, boolean preNorm) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(12)
        .depth(2)
        .heads(2)
        .dimHead(6)
        .nu(2)
        .ffMult(2)
        .normalisation(normalisation)
        .preNorm(preNorm)
        .outputs(1)
        .build();
  }

  @Test
  void keptFilesGiveTheOutputsThatPyTorchGave() throws Exception {
    for (String name : MODELS.keySet()) {
      Path file = resource(name + ".safetensors");
      float[][] expected = JSON.readValue(resource(name + ".json").toFile(), float[][].class);
      assertSame(name, outputs(WeightsFile.read(file)), expected);
    }
  }

  @Test
  void newFilesGiveTheOutputsThatPyTorchGives() throws Exception {
    String python = PyTorch.find();
    for (Map.Entry<String, ModelConfig> model : MODELS.entrySet()) {
      Path file = train(model.getKey(), model.getValue());
      if (python == null) {
        // Without PyTorch, compare the file with one that PyTorch is known to read.
        assertThat(layout(file)).isEqualTo(layout(resource(model.getKey() + ".safetensors")));
        continue;
      }
      Path events = folder.resolve("events.json");
      JSON.writeValue(events.toFile(), events(WeightsFile.read(file)));
      String printed = PyTorch.run(python, resource("replay.py"), file, events);
      keep(model.getKey(), file, printed);
      assertSame(
          model.getKey(),
          outputs(WeightsFile.read(file)),
          JSON.readValue(printed, float[][].class));
    }
  }

  private Path train(String name, ModelConfig config) throws IOException {
    TrainOptions options = TrainingCases.options().epochs(1).build();
    TrainResult result =
        new Trainer(config, TrainingCases.SCHEMA, TrainingCases.keys(40, 40, 1), List.of(), options)
            .run(report -> {});
    Path file = folder.resolve(name + ".safetensors");
    WeightsFile.write(result.weights(), file);
    return file;
  }

  /** One key's events, every fourth of them an ask; all count. */
  private static EventSequence sequence() {
    EventSequence s = TrainingCases.keys(1, 60, 9).get(0);
    boolean[] asks = new boolean[s.length()];
    for (int t = 3; t < asks.length; t += 4) {
      asks[t] = true;
    }
    return new EventSequence(
        s.key(), s.starts(), s.rows(), s.weights(), s.labels(), asks, null, s.times());
  }

  private static float[] outputs(SlowWeights weights) {
    return Scoring.outputs(weights, List.of(sequence()), 1)[0];
  }

  /** The events as rows of named embedding tables. */
  private static List<Map<String, Object>> events(SlowWeights weights) {
    ParameterLayout layout = new ParameterLayout(weights.config(), weights.schema());
    EventSequence s = sequence();
    List<Map<String, Object>> events = new ArrayList<>();
    for (int t = 0; t < s.length(); t++) {
      List<Object> rows = new ArrayList<>();
      for (int i = s.starts()[t]; i < s.starts()[t + 1]; i++) {
        int at = s.rows()[i] * weights.config().dim();
        Slice table = layout.slice(layout.nameAt(at));
        rows.add(List.of(table.name(), (at - table.at()) / weights.config().dim(), s.weights()[i]));
      }
      events.add(Map.of("ask", s.asks()[t], "rows", rows));
    }
    return events;
  }

  private static void assertSame(String name, float[] ours, float[][] theirs) {
    assertThat(theirs).as(name).hasDimensions(ours.length, 1);
    for (int t = 0; t < ours.length; t++) {
      float expected = theirs[t][0];
      assertThat(ours[t]).as("%s, event %d", name, t).isCloseTo(expected, within(1e-5f));
    }
    // Equal outputs would test little.
    assertThat(Arrays.stream(theirs).mapToDouble(o -> o[0]).distinct().count()).isGreaterThan(50);
  }

  private static Map<String, String> layout(Path file) throws IOException {
    Map<String, String> shapes = new LinkedHashMap<>();
    SlowWeights weights = WeightsFile.read(file);
    weights.tensors().forEach((name, t) -> shapes.put(name, Arrays.toString(t.shape())));
    shapes.put("configuration", weights.config().toString());
    return shapes;
  }

  private static void keep(String name, Path file, String outputs) throws IOException {
    String kept = System.getProperty("fastweights.pytorch.keep");
    if (kept != null) {
      Files.copy(file, Path.of(kept, name + ".safetensors"));
      Files.writeString(Path.of(kept, name + ".json"), outputs);
    }
  }

  private static Path resource(String name) throws Exception {
    return Path.of(PyTorchRoundTripTest.class.getResource("pytorch/" + name).toURI());
  }
}
