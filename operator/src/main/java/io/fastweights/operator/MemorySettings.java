package io.fastweights.operator;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.OptionNames;
import io.fastweights.operator.api.OptionRanges;
import io.fastweights.operator.model.ModelSpec;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What a builder was told of its memories, whatever the elements of its stream are. Builders of one
 * memory over several streams share it.
 */
final class MemorySettings {
  final Configuration options;
  Placement placement;

  /** Of the events; null for vectors. */
  Schema schema;

  int vectorTargetDim;

  /** Items that are ranked for every event; null for those that an event brings. */
  String[] catalogue;

  /** Null for an associative memory. */
  SlowWeights weights;

  /** New weights; null if none come. */
  DataStream<ModelUpdate> updates;

  /** Null for the order of arrival. */
  Duration allowedLateness;

  boolean shadowed;

  /** That of the shadow; null for the weights of the memory itself. */
  SlowWeights candidate;

  DataStream<ModelUpdate> candidates;

  /**
   * @param options further ones may be set later
   */
  MemorySettings(Configuration options, Placement placement) {
    this.options = options;
    this.placement = placement;
  }

  /** The target of an event; null if a schema names none or events are vectors. */
  Target target() {
    return schema == null ? null : schema.target();
  }

  /**
   * @throws IllegalStateException if events have no target
   */
  void requireTarget() {
    if (schema == null ? vectorTargetDim == 0 : schema.target() == null) {
      throw new IllegalStateException("there is nothing to score: events have no target");
    }
  }

  ModelSpec spec() {
    return new ModelSpec(
        schema == null ? null : SchemaJson.write(schema), weights, vectorTargetDim, catalogue);
  }

  /**
   * Weights and candidates that come later would be refused one by one.
   *
   * @throws IllegalArgumentException if the target is an item and weights may come
   */
  void requireWeightsFit() {
    if (target() instanceof Target.Item item && (updates != null || shadowed)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "target %s is an item: only memories without weights predict items, so leave out %s",
              item.name(),
              shadowed ? "shadow(...)" : "refresh(...)"));
    }
  }

  /**
   * The options that were set here, else those of the job.
   *
   * @throws IllegalArgumentException if one is unknown or out of its range
   */
  Configuration chosen(ReadableConfig job) {
    OptionNames.check(job, options);
    Configuration chosen = new Configuration();
    FastWeightOptions.all().forEach(option -> choose(option, job, chosen));
    OptionRanges.check(chosen);
    return chosen;
  }

  private <V> void choose(ConfigOption<V> option, ReadableConfig job, Configuration chosen) {
    options
        .getOptional(option)
        .or(() -> job.getOptional(option))
        .ifPresent(value -> chosen.set(option, value));
  }
}
