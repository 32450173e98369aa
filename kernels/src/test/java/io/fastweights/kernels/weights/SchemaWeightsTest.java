package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Slow weights that carry the schema of their events. */
class SchemaWeightsTest {
  private static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Hashed("place", 5), new Field.Elapsed("since", 4)),
          new Target.Binary("late"));
  private static final ModelConfig CONFIG =
      ModelConfig.builder(Architecture.ATTENTION).dim(6).heads(1).dimHead(2).outputs(1).build();

  @Test
  void theSchemasEmbeddingsComeBeforeTheModelsTensors() {
    SlowWeights weights = new SlowWeights(CONFIG, SCHEMA, tensors(SCHEMA, CONFIG));
    assertThat(weights.schema()).isSameAs(SCHEMA);
    assertThat(weights.tensors().keySet())
        .startsWith(
            "embedding.place.weight",
            "embedding.since.weight",
            "embedding.lag.place.weight",
            "embedding.lag.since.weight",
            "embedding.lag.target.late.weight",
            "to_qkv.weight");
    assertThat(weights.inputs(SCHEMA).dim()).isEqualTo(6);
  }

  @Test
  void theSchemaTravelsWithSerializedWeights() throws IOException, ClassNotFoundException {
    SlowWeights weights = new SlowWeights(CONFIG, SCHEMA, tensors(SCHEMA, CONFIG));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(weights);
    }
    SlowWeights read;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      read = (SlowWeights) in.readObject();
    }
    assertThat(SchemaJson.write(read.schema())).isEqualTo(SchemaJson.write(SCHEMA));
    assertThat(read.get("embedding.place.weight")).isEqualTo(weights.get("embedding.place.weight"));
  }

  @Test
  void weightsWithoutASchemaHaveNone() {
    assertThat(new SlowWeights(CONFIG, tensors(null, CONFIG)).schema()).isNull();
  }

  @Test
  void aHeadOfAnotherWidthThanTheTargetIsRefused() {
    Schema classes = Schema.of(SCHEMA.fields(), new Target.Classes("next", List.of("a", "b", "c")));
    assertThatThrownBy(() -> SlowWeights.expectedShapes(CONFIG, classes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outputs is 1, the schema's target next takes 3");
  }

  @Test
  void tokensBesideASchemaAreRefused() {
    ModelConfig tokens =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(6)
            .heads(1)
            .dimHead(2)
            .vocabulary(9)
            .build();
    assertThatThrownBy(() -> SlowWeights.expectedShapes(tokens, SCHEMA))
        .hasMessageContaining("vocabulary is 9");
  }

  private static Map<String, Tensor> tensors(Schema schema, ModelConfig config) {
    return RandomWeights.of(
            config,
            schema,
            (name, shape, size) -> {
              float[] values = new float[size];
              values[0] = name.length();
              return values;
            })
        .tensors();
  }
}
