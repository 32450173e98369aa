package io.fastweights.state;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.annotation.Internal;

/**
 * Settings beside shape that the meaning of a stored memory depends on. Stored with the memories as
 * readable text; under another recipe they would mean something else.
 *
 * @param nu capacity factor of DPFP
 * @param inputs source of inputs, as far as stored memories depend on it
 */
@Internal
public record Recipe(
    FeatureMap featureMap, int nu, Normalisation normalisation, UpdateRule rule, String inputs) {
  private static final Pattern TEXT =
      Pattern.compile("(?<map>\\w+) nu (?<nu>\\d{1,9}), (?<by>\\w+), (?<rule>\\w+), (?<inputs>.*)");

  /**
   * Reads the text of a recipe.
   *
   * @throws IllegalArgumentException if it is not one that {@link #toString} gave
   */
  public static Recipe parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no recipe of a memory");
    }
    return new Recipe(
        FeatureMap.valueOf(parts.group("map")),
        Integer.parseInt(parts.group("nu")),
        Normalisation.valueOf(parts.group("by")),
        UpdateRule.valueOf(parts.group("rule")),
        parts.group("inputs"));
  }

  /** Replays logs of memories of this recipe. */
  public LogReplay replay(MemoryShape shape, LogShape log) {
    return new LogReplay(shape, log, featureMap, nu, normalisation, rule);
  }

  /** The text that is stored: it must stay as it is. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s nu %d, %s, %s, %s", featureMap, nu, normalisation, rule, inputs);
  }
}
