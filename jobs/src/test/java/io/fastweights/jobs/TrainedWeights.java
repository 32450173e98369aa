package io.fastweights.jobs;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.SecondStage;
import java.util.Random;

/** Small models with seeded weights, in place of trained ones. */
public final class TrainedWeights {
  private static final long SEED = 4;
  private static final int DIM_HEAD = 4;

  private TrainedWeights() {}

  static SlowWeights over(String schemaJson) {
    return over(schemaJson, SEED);
  }

  public static SlowWeights over(String schemaJson, long seed) {
    Schema schema = SchemaJson.parse(schemaJson);
    return of(schema, config(schema.target().dim(), DIM_HEAD), seed);
  }

  /** Those of the second key, behind {@link #over} with the schema of both. */
  public static SlowWeights second(String schemaJson, long seed) {
    Schema schema = new SecondStage(SchemaJson.parse(schemaJson)).schema();
    return of(schema, config(schema.target().dim(), DIM_HEAD), seed);
  }

  /** Their memories are wider than those of the others. */
  public static SlowWeights wider(String schemaJson, long seed) {
    Schema schema = SchemaJson.parse(schemaJson);
    return of(schema, config(schema.target().dim(), 2 * DIM_HEAD), seed);
  }

  static SlowWeights withoutSchema() {
    return of(null, config(2, DIM_HEAD), SEED);
  }

  private static ModelConfig config(int outputs, int dimHead) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(8)
        .heads(2)
        .dimHead(dimHead)
        .ffMult(2)
        .outputs(outputs)
        .build();
  }

  private static SlowWeights of(Schema schema, ModelConfig config, long seed) {
    Random random = new Random(seed);
    return RandomWeights.of(
        config,
        schema,
        (name, shape, size) -> {
          float[] data = new float[size];
          for (int i = 0; i < size; i++) {
            data[i] = (float) random.nextGaussian() / 3;
          }
          return data;
        });
  }
}
