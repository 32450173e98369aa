package io.fastweights.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.quality.Layout.Predictor;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static Layout layout(String key) {
    Schema schema =
        SchemaJson.parse(
            """
            {"key": "%s", "time": "time",
             "fields": [{"name": "page", "encoder": "hashed", "buckets": 8},
                        {"name": "bias", "encoder": "hashed", "buckets": 2}],
             "constants": {"bias": "1", "all": "1"},
             "target": {"name": "bought", "encoder": "binary"}}
            """
                .replace("%s", key));
    return Layout.of(schema, true);
  }

  @Test
  void aConstantFieldHasNoBaselineBesideThatOfAll() {
    assertThat(layout("user").predictors().stream().map(Predictor::title))
        .containsExactly(
            "memories",
            "running rate of all",
            "running rate of each page",
            "last label of the user",
            "running rate of the user",
            "exponential average of the user");
  }

  /** Predictions are scored at the second key, whose labels these baselines have. */
  @Test
  void ofTwoKeysTheBaselinesOfAKeyAreThoseOfTheSecond() {
    Schema schema =
        SchemaJson.parse(
            """
            {"keys": ["user", "item"], "time": "time",
             "fields": [{"name": "page", "encoder": "hashed", "buckets": 8}],
             "target": {"name": "bought", "encoder": "binary"}}
            """);
    assertThat(Layout.of(schema, true).predictors().stream().map(Predictor::title))
        .endsWith(
            "last label of the item",
            "running rate of the item",
            "exponential average of the item");
  }

  @Test
  void aConstantKeyIsTheOneKey() {
    assertThat(layout("all").predictors().stream().map(Predictor::title))
        .endsWith(
            "last label of the one key",
            "running rate of the one key",
            "exponential average of the one key");
  }
}
