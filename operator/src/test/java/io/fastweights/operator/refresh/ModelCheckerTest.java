package io.fastweights.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.api.Sha256;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.testkit.CheckerHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.operator.testkit.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New weights that are accepted, and the reasons for refusing others. */
@SuppressWarnings("try")
class ModelCheckerTest {
  private static final TestModel MODEL = TestModel.SCHEMA_TRANSFORMER;

  @TempDir Path folder;

  /** The reason why an update is refused; the only message of it. */
  private static String refuse(CheckerHarness harness, ModelUpdate update) throws Exception {
    int models = harness.accepted().size();
    int messages = harness.refused().size();
    harness.processElement(update, 0);
    assertThat(harness.accepted()).hasSize(models);
    assertThat(harness.refused()).hasSize(messages + 1);
    RefusedModel refusal = harness.refused().get(messages);
    assertThat(refusal.path()).isEqualTo(update.path());
    assertThat(refusal.version()).isEqualTo(update.version());
    return refusal.reason();
  }

  private static CheckedWeights accept(CheckerHarness harness, ModelUpdate update)
      throws Exception {
    harness.processElement(update, 0);
    return harness.accepted().get(harness.accepted().size() - 1);
  }

  private static ModelSpec spec() {
    return new ModelSpec(SchemaJson.write(Trips.schema()), MODEL.weights(17), 0);
  }

  private static CheckerHarness harness(ModelSpec spec) throws Exception {
    return harness(spec, new Configuration());
  }

  private static CheckerHarness harness(ModelSpec spec, Configuration options) throws Exception {
    return new CheckerHarness(new ModelChecker(spec, options, spec.create(options)));
  }

  private static CheckerHarness open(ModelSpec spec) throws Exception {
    CheckerHarness harness = harness(spec);
    harness.open();
    return harness;
  }

  private String write(String name, SlowWeights weights) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    WeightsFile.write(weights, file);
    return file.toUri().toString();
  }

  private String write(String name, byte[] bytes) throws Exception {
    return Files.write(folder.resolve(name), bytes).toUri().toString();
  }

  @Test
  void soundWeightsAreSentOnWithTheBytesOfTheirFile() throws Exception {
    String path = write("sound", MODEL.weights(1));
    byte[] bytes = Files.readAllBytes(folder.resolve("sound"));
    try (CheckerHarness harness = open(spec())) {
      CheckedWeights model =
          accept(
              harness,
              ModelUpdate.of(path, 5).withSha256(Sha256.hex(bytes).toUpperCase(Locale.ROOT)));
      assertThat(model.path()).isEqualTo(path);
      assertThat(model.version()).isEqualTo(5);
      assertThat(model.generation()).isZero();
      assertThat(model.sha256()).isEqualTo(Sha256.hex(bytes));
      assertThat(model.bytes()).isEqualTo(bytes);
      assertThat(harness.refused()).isEmpty();
    }
  }

  @Test
  void aBadFileIsRefusedOnceWithTheReasonAndALaterOneIsTaken() throws Exception {
    byte[] sound = Files.readAllBytes(Path.of(java.net.URI.create(write("a", MODEL.weights(1)))));
    byte[] cut = java.util.Arrays.copyOf(sound, sound.length - 3);
    byte[] nan = sound.clone();
    ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(nan.length - 4, Float.NaN);
    String digest = Sha256.hex(sound);
    try (CheckerHarness harness = open(spec())) {
      String missing = folder.resolve("missing").toUri().toString();
      assertThat(refuse(harness, ModelUpdate.of(missing, 1))).contains("missing");
      assertThat(refuse(harness, ModelUpdate.of(folder.toString(), 1))).contains("no regular file");
      assertThat(refuse(harness, ModelUpdate.of("/dev/zero", 1))).contains("no regular file");
      assertThat(refuse(harness, ModelUpdate.of(null, 2))).isNotBlank();
      assertThat(refuse(harness, ModelUpdate.of("nowhere://there/a", 2))).contains("nowhere");
      assertThat(refuse(harness, ModelUpdate.of("a\nERROR b", 2))).contains("control character");
      assertThat(refuse(harness, ModelUpdate.of(write("empty", new byte[0]), 3))).contains("empty");
      assertThat(refuse(harness, ModelUpdate.of(write("cut", cut), 4))).contains("cut", "bytes");
      assertThat(refuse(harness, ModelUpdate.of(write("nan", nan), 5))).contains("NaN", "finite");
      assertThat(refuse(harness, ModelUpdate.of(write("b", cut), 6).withSha256(digest)))
          .contains("SHA-256", digest);
      assertThat(accept(harness, ModelUpdate.of(write("sound", sound), 1)).bytes())
          .isEqualTo(sound);
    }
  }

  @Test
  void weightsBelowNoRootOrOfAnotherPinAreRefused() throws Exception {
    String allowed = write("models/allowed", MODEL.weights(1));
    String other = write("models/other", MODEL.weights(2));
    String elsewhere = write("elsewhere", MODEL.weights(1));
    byte[] bytes = Files.readAllBytes(folder.resolve("models/allowed"));
    Configuration options =
        new Configuration()
            .set(FastWeightOptions.WEIGHTS_ROOTS, List.of(folder.resolve("models").toString()))
            .set(FastWeightOptions.WEIGHTS_SHA256, List.of(Sha256.hex(bytes)));
    try (CheckerHarness harness = harness(spec(), options)) {
      harness.open();
      assertThat(refuse(harness, ModelUpdate.of(elsewhere, 1)))
          .contains("elsewhere is no file below", "(fastweights.weights.roots)");
      assertThat(refuse(harness, ModelUpdate.of("http://models/a", 1)))
          .contains("is of none of the schemes", "(fastweights.weights.schemes)");
      assertThat(refuse(harness, ModelUpdate.of(other, 1)))
          .contains("models/other has the SHA-256", "(fastweights.weights.sha256)");
      assertThat(accept(harness, ModelUpdate.of(allowed, 1)).bytes()).isEqualTo(bytes);
    }
  }

  @Test
  void aVersionThatIsNotAboveTheOneThatServesIsRefusedAlsoAfterARestore() throws Exception {
    String path = write("sound", MODEL.weights(1));
    OperatorSubtaskState checkpoint;
    try (CheckerHarness harness = open(spec())) {
      assertThat(refuse(harness, ModelUpdate.of(path, 0))).contains("is 0, must be above 0");
      accept(harness, ModelUpdate.of(path, 4));
      assertThat(refuse(harness, ModelUpdate.of(path, 4))).contains("is 4, must be above 4");
      assertThat(refuse(harness, ModelUpdate.of(path, 3))).contains("is 3, must be above 4");
      checkpoint = harness.snapshot(1, 1);
    }
    try (CheckerHarness harness = harness(spec())) {
      harness.initializeState(checkpoint);
      harness.open();
      assertThat(refuse(harness, ModelUpdate.of(path, 4))).contains("is 4, must be above 4");
      assertThat(accept(harness, ModelUpdate.of(path, 5)).version()).isEqualTo(5);
    }
  }

  @Test
  void anotherSchemaIsRefusedEvenWithAReset() throws Exception {
    Schema schema =
        Schema.of(
            List.of(new Field.Hashed("user", 16)), new Target.Classes("outcome", Trips.OUTCOMES));
    SlowWeights weights = TestModel.random(MODEL.weights(1).config(), schema, 3);
    try (CheckerHarness harness = open(spec())) {
      assertThat(refuse(harness, ModelUpdate.of(write("other", weights), 1).orReset()))
          .contains("embed");
    }
  }

  @Test
  void anotherShapeIsRefusedWithBothOrResetWhereAskedFor() throws Exception {
    String wide = write("wide", Weights.ofAnotherShape(1));
    String same = write("same", MODEL.weights(1));
    OperatorSubtaskState checkpoint;
    try (CheckerHarness harness = open(spec())) {
      assertThat(refuse(harness, ModelUpdate.of(wide, 1)))
          .contains("[2, 2, 8, 4]", "[1, 2, 12, 6]", "reset");
      assertThat(accept(harness, ModelUpdate.of(same, 2).orReset()).generation()).isZero();
      assertThat(accept(harness, ModelUpdate.of(wide, 3).orReset()).generation()).isEqualTo(3);
      assertThat(accept(harness, ModelUpdate.of(wide, 4).orReset()).generation()).isEqualTo(3);
      checkpoint = harness.snapshot(1, 1);
    }
    try (CheckerHarness harness = harness(spec())) {
      harness.initializeState(checkpoint);
      harness.open();
      assertThat(refuse(harness, ModelUpdate.of(same, 5))).contains("[2, 2, 8, 4]");
      assertThat(accept(harness, ModelUpdate.of(wide, 6)).generation()).isEqualTo(3);
      assertThat(accept(harness, ModelUpdate.of(same, 7).orReset()).generation()).isEqualTo(7);
    }
  }

  /** The reader gives vectors of one width: of another, every event would be malformed. */
  @Test
  void vectorsOfAnotherWidthAreRefusedEvenWithAReset() throws Exception {
    ModelSpec vectors = new ModelSpec(null, TestModel.TRANSFORMER.weights(11), 0);
    String narrow = write("narrow", TestModel.ATTENTION.weights(1));
    try (CheckerHarness harness = open(vectors)) {
      assertThat(refuse(harness, ModelUpdate.of(narrow, 1).orReset()))
          .contains("vectors of 10 floats", "vectors of 12 floats");
    }
  }

  /** Consumers of the predictions expect the same number of floats. */
  @Test
  void anotherNumberOfOutputsIsRefusedWhereTheSchemaHasNoTarget() throws Exception {
    Schema schema = Schema.of(List.of(new Field.Hashed("user", 16)), null);
    ModelSpec spec = new ModelSpec(SchemaJson.write(schema), withOutputs(3, schema), 0);
    String wider = write("wider", withOutputs(4, schema));
    try (CheckerHarness harness = open(spec)) {
      assertThat(refuse(harness, ModelUpdate.of(wider, 1).orReset()))
          .contains("and gives 4", "and gives 3");
    }
  }

  private static SlowWeights withOutputs(int outputs, Schema schema) {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(8)
            .heads(2)
            .dimHead(4)
            .ffMult(2)
            .outputs(outputs)
            .build();
    return TestModel.random(config, schema, 3);
  }
}
