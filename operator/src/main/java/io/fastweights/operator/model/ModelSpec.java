package io.fastweights.operator.model;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaDifference;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.api.Sha256;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.Configuration;

/**
 * Serializable description from which a subtask creates its model.
 *
 * @param schemaJson null where events are vectors
 * @param weights null for the associative memory
 * @param vectorTargetDim floats of a vector event's target, for an associative memory without
 *     schema
 * @param catalogue ids of the items that are ranked for events without candidates of their own;
 *     null for none
 */
@Internal
public record ModelSpec(
    String schemaJson, SlowWeights weights, int vectorTargetDim, String[] catalogue)
    implements Serializable {

  /** Items of a catalogue; each takes 8 bytes and its id in every subtask. */
  private static final int MOST_CATALOGUE = 1 << 20;

  /** Betas of step sizes per row, where no option says others. */
  private static final List<Double> PER_ROW_BETAS = List.of(0.5, 0.1);

  /** Without a catalogue. */
  public ModelSpec(String schemaJson, SlowWeights weights, int vectorTargetDim) {
    this(schemaJson, weights, vectorTargetDim, null);
  }

  /** The same with other weights. */
  public ModelSpec with(SlowWeights other) {
    return new ModelSpec(schemaJson, other, vectorTargetDim, catalogue);
  }

  public EventModel create(Configuration options) {
    Schema schema = schemaJson == null ? null : SchemaJson.parse(schemaJson);
    if (schema != null && weights != null) {
      // Trained weights know the rates of their target.
      schema = schema.withConstants(Map.of());
    }
    checkForgetting(options);
    Ranker ranker = ranker(schema, options);
    Model model = weights != null ? SlowModel.of(weights) : associative(schema, options);
    InputEncoder inputs = schema == null ? null : inputs(schema, model, options);
    return new EventModel(model, schema, inputs, inputRecipe(schema, options), ranker);
  }

  private void checkForgetting(Configuration options) {
    Duration halfLife = options.get(FastWeightOptions.HALF_LIFE);
    if (weights != null && weights.config().forgets() && !halfLife.isZero()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %s, must be 0: the weights have forget gates, which say what a memory forgets",
              FastWeightOptions.HALF_LIFE.key(),
              halfLife));
    }
  }

  /** Null unless the target is an item. */
  private Ranker ranker(Schema schema, Configuration options) {
    if (schema == null || !(schema.target() instanceof Target.Item item)) {
      if (catalogue != null) {
        throw new IllegalArgumentException(
            "a catalogue is given, and the schema's target is no item that could be in it");
      }
      return null;
    }
    if (weights != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s is an item: only memories without weights predict items",
              item.name()));
    }
    Candidates all =
        catalogue == null
            ? null
            : Candidates.of("the catalogue", Arrays.asList(catalogue), MOST_CATALOGUE);
    return new Ranker(item.size(), options.get(FastWeightOptions.RANKING_SIZE), all);
  }

  /** New weights of the same schema keep the memories; another schema or projection may not. */
  private String inputRecipe(Schema schema, Configuration options) {
    if (schema == null) {
      return "vectors";
    }
    String digest =
        Sha256.hex(schema.withoutColumns().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    return weights != null
        ? "schema " + digest
        : String.format(
            Locale.ROOT,
            "schema %s projected with seed %d",
            digest,
            options.get(FastWeightOptions.ASSOCIATIVE_SEED));
  }

  private InputEncoder inputs(Schema schema, Model model, Configuration options) {
    if (weights != null) {
      if (schema.target() != null && schema.target().dim() != model.outputDim()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "target %s has %d outputs, the weights' head has %d",
                schema.target().name(),
                schema.target().dim(),
                model.outputDim()));
      }
      checkEmbeddings(schema);
      checkFields(schema);
      return weights.inputs(schema);
    }
    return InputEncoder.projection(
        schema, model.inputDim(), options.get(FastWeightOptions.ASSOCIATIVE_SEED));
  }

  /** An id beyond the table would fail the job at its first event. */
  private void checkEmbeddings(Schema schema) {
    schema
        .embeddingShapes(weights.config().dim())
        .forEach(
            (name, shape) -> {
              Tensor tensor = weights.tensors().get(name);
              if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
                throw new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "the weights' tensor %s %s, the schema needs %s",
                        name,
                        tensor == null
                            ? "is missing"
                            : "has shape " + Arrays.toString(tensor.shape()),
                        Arrays.toString(shape)));
              }
            });
  }

  /** The same shapes may hide another vocabulary, mean or order of classes. */
  private void checkFields(Schema schema) {
    if (!schema.runningNumbers().isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has running statistics of %s: trained weights need the mean and the"
                  + " deviation that they were trained with",
              String.join(", ", schema.runningNumbers())));
    }
    Schema trained = weights.schema();
    if (trained != null && !trained.withoutColumns().equals(schema.withoutColumns())) {
      throw new IllegalArgumentException(
          "the weights were trained with another schema than the job has: "
              + SchemaDifference.between(trained, schema));
    }
  }

  private AssociativeMemory associative(Schema schema, Configuration options) {
    if (schema != null && schema.target() == null) {
      throw new IllegalArgumentException(
          "the schema has no target: without weights there is nothing to learn");
    }
    boolean perRow = options.get(FastWeightOptions.ASSOCIATIVE_STEP_SIZES) == StepSizes.PER_ROW;
    List<Double> betas =
        options
            .getOptional(FastWeightOptions.ASSOCIATIVE_BETAS)
            .orElse(perRow ? PER_ROW_BETAS : FastWeightOptions.ASSOCIATIVE_BETAS.defaultValue());
    float[] rates = new float[betas.size()];
    for (int h = 0; h < rates.length; h++) {
      rates[h] = betas.get(h).floatValue();
    }
    return new AssociativeMemory(
        options.get(FastWeightOptions.ASSOCIATIVE_KEY_DIM),
        options.get(FastWeightOptions.ASSOCIATIVE_NU),
        schema == null ? vectorTargetDim : schema.target().dim(),
        rates,
        Normalisation.UNIT,
        perRow ? UpdateRule.PRECONDITIONED : UpdateRule.DELTA);
  }
}
